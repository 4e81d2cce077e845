import type { JsonValue } from "../../base/index.ts";
import { type Diagnostic, sortDiagnostics } from "../../report/index.ts";
import { checkAddresses } from "./addresses.ts";
import { checkCapacity } from "./capacity.ts";
import { checkConflicts } from "./conflicts.ts";
import type { Declared } from "./declared.ts";
import { checkExclusions } from "./exclusions.ts";
import { checkInstanceTypes } from "./instance-types.ts";
import { checkNames } from "./names.ts";
import { checkNodes } from "./nodes.ts";
import { checkPrivateLink } from "./private-link.ts";
import { checkProfile } from "./profile.ts";
import { checkRegion } from "./region.ts";
import { checkTaints } from "./taints.ts";
import { type Rule, readValues } from "./values.ts";

const RULES: readonly Rule[] = [checkNames, checkNodes, checkAddresses, checkCapacity, checkProfile, checkRegion, checkConflicts];

/**
 * What Azure or the platform's parts would refuse minutes into a deployment, told from the parameter values alone.
 * Types, bounds and patterns of single parameters are the declarations' business (`checkParameters`).
 */
export function checkDefinition(values: Readonly<Record<string, JsonValue>>): Diagnostic[] {
  const read = readValues(values);
  return sortDiagnostics(RULES.flatMap((rule) => rule(read)));
}

/**
 * What the parts of the platform would not do with each other, told from evaluated bodies: so it also sees what a team
 * added or overrode. What is not deployed has an empty body and says nothing.
 */
export function checkBodies(resources: readonly (Declared & { readonly id: string })[]): Diagnostic[] {
  return sortDiagnostics([
    ...checkExclusions(resources),
    ...checkTaints(resources),
    ...checkInstanceTypes(resources),
    ...checkPrivateLink(resources),
  ]);
}
