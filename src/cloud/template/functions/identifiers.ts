import type { JsonValue } from "../../../base/index.ts";
import { guid, uniqueString } from "../../../base/names/index.ts";
import type { Scope } from "../scope.ts";
import { type Args, ArgumentError, stringArg } from "../values.ts";
import { ANY, eager, type FunctionTable } from "./function.ts";
import { toText } from "./text.ts";

/** `Microsoft.Network/virtualNetworks/subnets`, `vnet`, `snet` -> `/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet`. */
function below(type: string, names: readonly string[]): string {
  const [namespace = "", ...types] = type.replace(/\/$/, "").split("/");
  if (types.length !== names.length) {
    throw new ArgumentError(
      `got the type '${type}', which needs ${types.length} name${types.length === 1 ? "" : "s"}, but ${names.length}`,
    );
  }
  return `/providers/${namespace}${types.map((part, at) => `/${part}/${names[at]}`).join("")}`;
}

/** The first argument with a slash is the type; what stands before it are the scopes. */
function splitAtType(args: Args, mostScopes: number): { scopes: string[]; type: string; names: string[] } {
  const texts = args.map((_, at) => stringArg(args, at));
  const at = texts.findIndex((text) => text.includes("/"));
  if (at === -1) throw new ArgumentError("expects a resource type such as Microsoft.Storage/storageAccounts");
  if (at > mostScopes)
    throw new ArgumentError(
      `takes at most ${mostScopes} argument${mostScopes === 1 ? "" : "s"} before the resource type, not ${at}`,
    );
  return { scopes: texts.slice(0, at), type: texts[at] ?? "", names: texts.slice(at + 1) };
}

/** Resource groups have ids of a form of their own. */
function atSubscription(subscription: string, type: string, names: readonly string[]): string {
  const isGroup = /^microsoft\.resources\/resourcegroups\/?$/i.test(type) && names.length === 1;
  return `/subscriptions/${subscription}${isGroup ? `/resourceGroups/${names[0]}` : below(type, names)}`;
}

/** At a resource group's scope ids hold the group; at a subscription's scope only the subscription. */
function resourceId(args: Args, { surroundings }: Scope): string {
  const { scopes, type, names } = splitAtType(args, 2);
  const [first, second] = scopes;
  const current = surroundings.resourceGroup?.name;
  if (first !== undefined && second !== undefined) return `/subscriptions/${first}/resourceGroups/${second}${below(type, names)}`;
  if (current === undefined) return atSubscription(first ?? surroundings.subscriptionId, type, names);
  return `/subscriptions/${surroundings.subscriptionId}/resourceGroups/${first ?? current}${below(type, names)}`;
}

const texts = (args: Args): string[] =>
  args.map((value: JsonValue, at) => (typeof value === "number" ? toText(value) : stringArg(args, at)));

export const identifiers: FunctionTable = {
  uniqueString: eager(1, ANY, (args) => uniqueString(...texts(args))),
  guid: eager(1, ANY, (args) => guid(...texts(args))),
  resourceId: eager(2, ANY, resourceId),
  subscriptionResourceId: eager(2, ANY, (args, { surroundings }) => {
    const { scopes, type, names } = splitAtType(args, 1);
    return atSubscription(scopes[0] ?? surroundings.subscriptionId, type, names);
  }),
  tenantResourceId: eager(2, ANY, (args) => {
    const { type, names } = splitAtType(args, 0);
    return below(type, names);
  }),
  managementGroupResourceId: eager(2, ANY, (args) => {
    const { scopes, type, names } = splitAtType(args, 1);
    if (scopes[0] === undefined) throw new ArgumentError("needs the name of a management group at this scope");
    return `/providers/Microsoft.Management/managementGroups/${scopes[0]}${below(type, names)}`;
  }),
  extensionResourceId: eager(
    3,
    ANY,
    (args) => stringArg(args, 0).replace(/\/$/, "") + below(stringArg(args, 1), texts(args.slice(2))),
  ),
};
