import { literalKey, type Node, type Resource, walk } from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import { sharedLists } from "./child-lists.ts";
import type { TerraformContext } from "./context.ts";
import { createPrinter, type TerraformPrinter } from "./expression.ts";
import { isInherent } from "./inherent.ts";
import { type Attribute, attributes, block, commented, list, object } from "./layout.ts";
import type { PrintedLocals } from "./locals.ts";
import { isIdentifier, quote } from "./quote.ts";
import { passingErrors } from "./retry.ts";
import { purgeAddress, purgeAttributes, purgeBlock } from "./soft-delete.ts";
import { RESOURCE_GROUP_ID, SUBSCRIPTION_ID } from "./surroundings.ts";
import { timeoutsBlock } from "./timeouts.ts";

/** AzAPI has arguments of its own for these members of a body. */
const LIFTED: ReadonlySet<string> = new Set(["location", "tags", "identity"]);

/** One `azapi_resource`, or `azapi_update_resource` for what comes with its parent; before it what purges it, if anything can. */
export function resourceDocs(context: TerraformContext, locals: PrintedLocals, resource: Resource): Doc[] {
  const { symbol, type, apiVersion, name, condition, parent, scope } = resource;
  const printer = createPrinter(context, { at: `resources.${symbol}`, ...(condition ? { condition } : {}) });
  const above = parent ?? scope;
  const members = membersOf(resource);
  const lifted = isInherent(resource) ? new Map<string, Node>() : new Map([...members].filter(([key]) => LIFTED.has(key)));
  const identity = identityBlock(lifted.get("identity"), printer);
  if (identity === undefined) lifted.delete("identity");
  const location = lifted.get("location");
  const tags = lifted.get("tags");
  const body = [...members].filter(([key]) => !lifted.has(key));
  const exported = context.exportsOf(symbol);

  const head: Attribute[] = condition ? [{ key: "count", value: [printer.print(condition), " ? 1 : 0"] }] : [];
  const place: Attribute[] = [
    { key: "type", value: quote(`${type}@${apiVersion}`) },
    {
      key: "parent_id",
      value: above === undefined ? (resource.at === "subscription" ? SUBSCRIPTION_ID : RESOURCE_GROUP_ID) : printer.id(above),
    },
    { key: "name", value: printer.print(name) },
    ...(location ? [{ key: "location", value: printer.print(location) }] : []),
    ...(tags ? [{ key: "tags", value: printer.print(tags) }] : []),
  ];
  const content: Attribute[] = [
    ...(body.length > 0
      ? [{ key: "body", value: object(body.map(([key, value]) => ({ key: objectKey(key), value: printer.print(value) }))) }]
      : []),
    ...(exported.length > 0 ? [{ key: "response_export_values", value: list(exported.map(quote)) }] : []),
    ...purgeAttributes(resource),
    ...tolerance(context, resource),
  ];
  const timeouts = timeoutsBlock(resource);
  const purge = purgeAddress(context, resource);
  const lifecycle = resource.onlyIfNotExists ? [lifecycleBlock([...(body.length > 0 ? ["body"] : []), ...lifted.keys()])] : [];
  const order = unseenOrder(context, locals, resource, printer);
  const dependsOn: Attribute[] =
    order.length > 0 || purge !== undefined
      ? [
          {
            key: "depends_on",
            value: list([...order.map((other) => context.address(other).join(".")), ...(purge === undefined ? [] : [purge])]),
          },
        ]
      : [];

  const doc = commented(
    resource.comment,
    block(
      `resource ${context.address(symbol).map(quote).join(" ")}`,
      attributes(head),
      attributes(place),
      ...(identity ? [[identity]] : []),
      attributes(content),
      ...(timeouts ? [[timeouts]] : []),
      ...lifecycle.map((rules) => [rules]),
      attributes(dependsOn),
    ),
  );
  return [...purgeBlock(context, resource, location, printer), doc];
}

function membersOf({ body }: Resource): Map<string, Node> {
  return new Map(body.kind === "object" ? body.entries.map(([key, value]) => [literalKey(key) ?? "", value] as const) : []);
}

const objectKey = (key: string): string => (isIdentifier(key) ? key : quote(key));

/** `undefined` where an identity is not written out; it stays in the body then. */
function identityBlock(identity: Node | undefined, printer: TerraformPrinter): Doc | undefined {
  if (identity?.kind !== "object") return undefined;
  const members = new Map(identity.entries.map(([key, value]) => [literalKey(key), value]));
  const type = members.get("type");
  const assigned = members.get("userAssignedIdentities");
  if (!type || (assigned && !isPlainSet(assigned)) || members.size > (assigned ? 2 : 1)) return undefined;
  const ids = assigned?.kind === "object" ? assigned.entries.map(([key]) => printer.print(key)) : [];
  return block(
    "identity",
    attributes([
      { key: "type", value: printer.print(type) },
      ...(ids.length > 0 ? [{ key: "identity_ids", value: list(ids) }] : []),
    ]),
  );
}

const isPlainSet = (node: Node) =>
  node.kind === "object" && node.entries.every(([, value]) => value.kind === "object" && value.entries.length === 0);

/** What the provider should not take for a difference or a failure. */
function tolerance(context: TerraformContext, resource: Resource): Attribute[] {
  const errors = passingErrors(context.program, resource);
  return [
    // Azure echoes ids of linked resources in a casing of its own
    ...(holdsId(context, resource.body) ? [{ key: "ignore_casing", value: "true" }] : []),
    ...(mayHoldNull(context, resource.body) && !isInherent(resource) ? [{ key: "ignore_null_property", value: "true" }] : []),
    ...sharedListAttributes(sharedLists(context.program, resource)),
    ...(errors.length > 0
      ? [{ key: "retry", value: object([{ key: "error_message_regex", value: list(errors.map(quote)) }]) }]
      : []),
  ];
}

/** Items that belong to resources of their own are theirs; ours are found by name. */
function sharedListAttributes(paths: readonly string[]): Attribute[] {
  if (paths.length === 0) return [];
  return [
    { key: "ignore_other_items_in_list", value: list(paths.map(quote)) },
    { key: "list_unique_id_property", value: object(paths.map((path) => ({ key: quote(path), value: quote("name") }))) },
  ];
}

function holdsId({ program }: TerraformContext, start: Node): boolean {
  const variables = new Map(program.variables.map(({ name, value }) => [name, value]));
  let found = false;
  const visit = (from: Node) =>
    walk(from, (node) => {
      if (node.kind === "access" && node.of.kind === "resource" && literalKey(node.key) === "id") found = true;
      const value = node.kind === "variable" ? variables.get(node.name) : undefined;
      if (value) visit(value);
      return !found;
    });
  visit(start);
  return found;
}

/** AzAPI would send the null; ARM takes it for an absent member. */
function mayHoldNull(context: TerraformContext, body: Node): boolean {
  let found = false;
  walk(body, (node) => {
    if (node.kind === "object") found ||= node.entries.some(([, value]) => context.typeOf(value).nullable);
    return !found;
  });
  return found;
}

/** Created once: differences to what stands there are nobody's business any more. */
function lifecycleBlock(attributesOfIt: readonly string[]): Doc {
  return block("lifecycle", attributes([{ key: "ignore_changes", value: list(attributesOfIt) }]));
}

/** Symbols that come before although nothing in the printed block names them. */
function unseenOrder(
  context: TerraformContext,
  locals: PrintedLocals,
  { symbol }: Resource,
  printer: TerraformPrinter,
): string[] {
  const seen = new Set([...printer.resources, ...[...printer.locals].flatMap((name) => [...locals.resourcesOf(name)])]);
  return [...context.before(symbol)].filter((other) => !seen.has(other));
}
