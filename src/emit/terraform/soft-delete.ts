import { call, expression, get, literalKey, type Node, type Program, type Resource, text } from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import type { TerraformContext } from "./context.ts";
import type { TerraformPrinter } from "./expression.ts";
import { type Attribute, attributes, block, commented, list, object } from "./layout.ts";
import { quote } from "./quote.ts";

/** What Azure keeps after a deletion, its name taken with it, and how it is told not to. */
type Purge =
  /** A parameter of the deletion itself. */
  | { readonly kind: "query"; readonly name: string }
  /** A call of its own afterwards, on what the deletion left; the member that is true refuses it. */
  | { readonly kind: "action"; readonly type: string; readonly unless: readonly string[] };

const SOFT_DELETED: Readonly<Record<string, Purge>> = {
  "microsoft.machinelearningservices/workspaces": { kind: "query", name: "forceToPurge" },
  "microsoft.operationalinsights/workspaces": { kind: "query", name: "force" },
  "microsoft.keyvault/vaults": {
    kind: "action",
    type: "Microsoft.KeyVault/locations/deletedVaults",
    unless: ["properties", "enablePurgeProtection"],
  },
};

const purgeOf = ({ type }: Pick<Resource, "type">): Purge | undefined => SOFT_DELETED[type.toLowerCase()];

export const PURGE_VARIABLE = {
  name: "purge_on_destroy",
  type: "bool",
  description:
    "Let destroy also purge what Azure would keep as soft-deleted: workspaces, logs and vaults without purge protection. It counts as it was at the last apply.",
} as const;

/** True when something of a program is kept after its deletion, so that the variable means something. */
export function hasSoftDeleted({ resources }: Program): boolean {
  return resources.some((resource) => purgeOf(resource) !== undefined);
}

export function purgeAttributes(resource: Pick<Resource, "type">): Attribute[] {
  const purge = purgeOf(resource);
  if (purge?.kind !== "query") return [];
  const parameters = object([{ key: purge.name, value: list([quote("true")]) }]);
  return [{ key: "delete_query_parameters", value: [`var.${PURGE_VARIABLE.name} ? `, parameters, " : null"] }];
}

/** True for what has to be purged by a call of its own, which loops do not repeat. */
export function isPurgedByCall(resource: Pick<Resource, "type">): boolean {
  return purgeOf(resource)?.kind === "action";
}

/** The address of the block that has to be there before a resource, so that it acts after the resource is destroyed. */
export function purgeAddress(context: TerraformContext, resource: Resource): string | undefined {
  if (!isPurgedByCall(resource)) return undefined;
  return `azapi_resource_action.${context.address(resource.symbol)[1]}_purge`;
}

export function purgeBlock(
  context: TerraformContext,
  resource: Resource,
  location: Node | undefined,
  printer: TerraformPrinter,
): Doc[] {
  const purge = purgeOf(resource);
  if (purge?.kind !== "action" || location === undefined) return [];
  const [namespace = "", path = ""] = [purge.type.split("/")[0], purge.type.split("/").at(-1)];
  const refusing = memberAt(resource.body, purge.unless);
  const unless = refusing === undefined ? "" : [" && !coalesce(", printer.print(refusing), ", false)"];
  const subscription = get<string>(call("subscription"), "id");
  const id = text`${subscription}/providers/${namespace}/locations/${expression<string>(location)}/${path}/${expression<string>(resource.name)}`;
  return [
    commented(
      "Acts when it is destroyed, which is after the vault that depends on it. A protected vault cannot be purged.",
      block(
        `resource ${quote("azapi_resource_action")} ${quote(`${context.address(resource.symbol)[1]}_purge`)}`,
        attributes([{ key: "count", value: [`var.${PURGE_VARIABLE.name}`, unless, " ? 1 : 0"] }]),
        attributes([
          { key: "type", value: quote(`${purge.type}@${resource.apiVersion}`) },
          { key: "resource_id", value: printer.print(id.node) },
          { key: "action", value: quote("purge") },
          { key: "method", value: quote("POST") },
          { key: "when", value: quote("destroy") },
        ]),
      ),
    ),
  ];
}

function memberAt(node: Node, path: readonly string[]): Node | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return node;
  const found = node.kind === "object" ? node.entries.find(([name]) => literalKey(name) === key)?.[1] : undefined;
  return found === undefined ? undefined : memberAt(found, rest);
}
