import type { JsonValue } from "../../base/index.ts";
import { type Diagnostic, sortDiagnostics } from "../../report/index.ts";
import { checkAddresses } from "./addresses.ts";
import { checkCapacity } from "./capacity.ts";
import { checkConflicts } from "./conflicts.ts";
import { checkNames } from "./names.ts";
import { checkNodes } from "./nodes.ts";
import { checkProfile } from "./profile.ts";
import { type Rule, readValues } from "./values.ts";

export { checkTaints } from "./taints.ts";

const RULES: readonly Rule[] = [checkNames, checkNodes, checkAddresses, checkCapacity, checkProfile, checkConflicts];

/**
 * What Azure or the platform's parts would refuse minutes into a deployment, told from the parameter values alone.
 * Types, bounds and patterns of single parameters are the declarations' business (`checkParameters`).
 */
export function checkDefinition(values: Readonly<Record<string, JsonValue>>): Diagnostic[] {
  const read = readValues(values);
  return sortDiagnostics(RULES.flatMap((rule) => rule(read)));
}
