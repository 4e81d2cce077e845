import { given, literalKey, type Node, type Resource, walk } from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import { sharedLists } from "./child-lists.ts";
import type { TerraformContext } from "./context.ts";
import { createPrinter, type TerraformPrinter } from "./expression.ts";
import { isInherent } from "./inherent.ts";
import { type Attribute, attributes, block, commented, list, object } from "./layout.ts";
import type { PrintedLocals } from "./locals.ts";
import { objectKey, quote } from "./quote.ts";
import { passingErrors } from "./retry.ts";
import { purgeAddress, purgeAttributes, purgeBlock } from "./soft-delete.ts";
import { RESOURCE_GROUP_ID, SUBSCRIPTION_ID } from "./surroundings.ts";
import { timeoutsBlock } from "./timeouts.ts";

/** AzAPI has arguments of its own for these members of a body. */
const LIFTED: ReadonlySet<string> = new Set(["location", "tags", "identity"]);

/** One `azapi_resource`, or `azapi_update_resource` for what comes with its parent; before it what purges it, if anything can. */
export function resourceDocs(context: TerraformContext, locals: PrintedLocals, resource: Resource): Doc[] {
  const { symbol, condition, parent, scope } = resource;
  const at = `resources.${symbol}`;
  const printer = createPrinter(context, { at, given: given(condition) });
  const outside = createPrinter(context, { at }); // where the condition does not hold yet
  const above = parent ?? scope;
  const location = membersOf(resource).get("location");
  const purge = purgeAddress(context, resource);
  const doc = blockDoc(context, locals, printer, {
    ...resource,
    address: context.address(symbol),
    head: condition ? [{ key: "count", value: [outside.print(condition), " ? 1 : 0"] }] : [],
    parentId: above === undefined ? (resource.at === "subscription" ? SUBSCRIPTION_ID : RESOURCE_GROUP_ID) : printer.id(above),
    members: [resource],
    before: purge === undefined ? [] : [purge],
  });
  return [...purgeBlock(context, resource, location, outside), doc];
}

/** What a block says: one resource, or what a loop repeats. */
export interface Subject extends Pick<Resource, "type" | "apiVersion" | "name" | "body" | "onlyIfNotExists" | "comment"> {
  readonly address: readonly [kind: string, label: string];
  /** `count` or `for_each`. */
  readonly head: readonly Attribute[];
  readonly parentId: Doc;
  /** The resources that it makes. */
  readonly members: readonly Resource[];
  /** Addresses that no other text of the block names. */
  readonly before: readonly string[];
}

export function blockDoc(context: TerraformContext, locals: PrintedLocals, printer: TerraformPrinter, subject: Subject): Doc {
  const { type, apiVersion, name, address, head, parentId, members: made, onlyIfNotExists } = subject;
  const members = membersOf(subject);
  const lifted = isInherent(subject) ? new Map<string, Node>() : new Map([...members].filter(([key]) => LIFTED.has(key)));
  const identity = identityBlock(lifted.get("identity"), printer);
  if (identity === undefined) lifted.delete("identity");
  const location = lifted.get("location");
  const tags = lifted.get("tags");
  const body = [...members].filter(([key]) => !lifted.has(key));
  const exported = [...new Set(made.flatMap(({ symbol }) => context.exportsOf(symbol)))];

  const place: Attribute[] = [
    { key: "type", value: quote(`${type}@${apiVersion}`) },
    { key: "parent_id", value: parentId },
    { key: "name", value: printer.print(name) },
    ...(location ? [{ key: "location", value: printer.print(location) }] : []),
    ...(tags ? [{ key: "tags", value: printer.print(tags) }] : []),
  ];
  const content: Attribute[] = [
    ...(body.length > 0
      ? [{ key: "body", value: object(body.map(([key, value]) => ({ key: objectKey(key), value: printer.print(value) }))) }]
      : []),
    ...(exported.length > 0 ? [{ key: "response_export_values", value: list(exported.map(quote)) }] : []),
    ...purgeAttributes(subject),
    ...tolerance(context, subject, made),
  ];
  const timeouts = timeoutsBlock(subject);
  const lifecycle = onlyIfNotExists ? [lifecycleBlock([...(body.length > 0 ? ["body"] : []), ...lifted.keys()])] : [];
  const order = [...unseenOrder(context, locals, made, printer), ...subject.before];

  return commented(
    subject.comment,
    block(
      `resource ${address.map(quote).join(" ")}`,
      attributes(head),
      attributes(place),
      ...(identity ? [[identity]] : []),
      attributes(content),
      ...(timeouts ? [[timeouts]] : []),
      ...lifecycle.map((rules) => [rules]),
      attributes(order.length > 0 ? [{ key: "depends_on", value: list(order) }] : []),
    ),
  );
}

function membersOf({ body }: Pick<Resource, "body">): Map<string, Node> {
  return new Map(body.kind === "object" ? body.entries.map(([key, value]) => [literalKey(key) ?? "", value] as const) : []);
}

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
function tolerance(context: TerraformContext, subject: Subject, made: readonly Resource[]): Attribute[] {
  const errors = [...new Set(made.flatMap((resource) => passingErrors(context.program, resource)))];
  const shared = [...new Set(made.flatMap((resource) => sharedLists(context.program, resource)))];
  const some = (holds: (context: TerraformContext, body: Node) => boolean) => made.some(({ body }) => holds(context, body));
  return [
    // Azure echoes ids of linked resources in a casing of its own
    ...(some(holdsId) ? [{ key: "ignore_casing", value: "true" }] : []),
    ...(some(mayHoldNull) && !isInherent(subject) ? [{ key: "ignore_null_property", value: "true" }] : []),
    ...sharedListAttributes(shared),
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

/** Addresses of what comes before although nothing in the printed block names it. */
function unseenOrder(
  context: TerraformContext,
  locals: PrintedLocals,
  made: readonly Resource[],
  printer: TerraformPrinter,
): string[] {
  const addressOf = (symbol: string) => context.address(symbol).join(".");
  const seen = new Set([...printer.resources, ...[...printer.locals].flatMap((name) => [...locals.resourcesOf(name)])]);
  const named = new Set([...seen].map(addressOf));
  const wanted = new Set(made.flatMap(({ symbol }) => [...context.before(symbol)]).map(addressOf));
  return [...wanted].filter((address) => !named.has(address));
}
