import type { JsonObject, JsonValue } from "../../../base/index.ts";
import type { RuntimeFunctions, Scope } from "../scope.ts";
import { type Args, ArgumentError, integerArg, stringArg } from "../values.ts";
import { eager, type FunctionTable, type TemplateFunction } from "./function.ts";

function resourceGroup({ surroundings }: Scope): JsonObject {
  const group = surroundings.resourceGroup;
  if (group === undefined) throw new ArgumentError("is not available in a deployment to a subscription");
  return {
    id: group.id,
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    ...(group.managedBy === undefined ? {} : { managedBy: group.managedBy }),
    tags: { ...group.tags },
    properties: { provisioningState: "Succeeded" },
  };
}

function runtime(scope: Scope): RuntimeFunctions {
  if (scope.runtime === undefined)
    throw new ArgumentError("is not expected at this location: it is known only while the deployment runs");
  return scope.runtime;
}

const isFull = (args: Args, at: number) => args.length > at && stringArg(args, at).toLowerCase() === "full";

/** `copyIndex()`, `copyIndex(offset)`, `copyIndex('loop')`, `copyIndex('loop', offset)`. */
function copyIndex(args: Args, { loops }: Scope): number {
  const name = typeof args[0] === "string" ? args[0].toLowerCase() : undefined;
  const offsetAt = name === undefined ? 0 : 1;
  const offset = args.length > offsetAt ? integerArg(args, offsetAt) : 0;
  const loop =
    name === undefined
      ? (loops.findLast((candidate) => candidate.outer) ?? loops.at(-1))
      : loops.findLast((candidate) => candidate.name.toLowerCase() === name);
  if (loop === undefined)
    throw new ArgumentError(name === undefined ? "is used outside a copy loop" : `knows no copy loop '${name}' here`);
  return loop.index + offset;
}

function named(args: Args, find: (name: string) => JsonValue): JsonValue {
  return find(stringArg(args, 0));
}

const refused = (reason: string): TemplateFunction =>
  eager(0, Number.POSITIVE_INFINITY, () => {
    throw new ArgumentError(reason);
  });

export const surroundings: FunctionTable = {
  parameters: eager(1, 1, (args, scope) => named(args, scope.parameter)),
  variables: eager(1, 1, (args, scope) => named(args, scope.variable)),
  copyIndex: eager(0, 2, copyIndex),
  deployment: eager(0, 0, (_, scope) => scope.surroundings.deployment),
  deployer: eager(0, 0, (_, scope) => scope.surroundings.deployer),
  environment: eager(0, 0, (_, scope) => scope.surroundings.environment),
  resourceGroup: eager(0, 0, (_, scope) => resourceGroup(scope)),
  subscription: eager(0, 0, (_, { surroundings: { subscriptionId, tenantId } }) => ({
    id: `/subscriptions/${subscriptionId}`,
    subscriptionId,
    tenantId,
    displayName: "Quayside rehearsal",
  })),
  tenant: eager(0, 0, (_, { surroundings: { tenantId } }) => ({
    tenantId,
    country: "",
    countryCode: "",
    displayName: "Quayside rehearsal",
  })),
  managementGroup: refused("is not available: management groups are not supported"),
  reference: eager(1, 3, (args, scope) => {
    const apiVersion = args.length > 1 && args[1] !== null ? stringArg(args, 1) : undefined;
    return runtime(scope).reference(stringArg(args, 0), apiVersion, isFull(args, 2));
  }),
  references: eager(1, 3, (args, scope) => runtime(scope).references(stringArg(args, 0), isFull(args, args.length - 1))),
  providers: refused("is deprecated and not supported"),
  roleDefinitions: refused("is experimental and not supported"),
  externalInput: refused("is experimental and not supported"),
};
