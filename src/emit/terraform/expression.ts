import {
  type AccessChain,
  accessChain,
  type FunctionName,
  fold,
  type Given,
  implies,
  isRuntimeAccess,
  literalKey,
  NOTHING,
  type Node,
  type NodeOf,
  ROW_KEY,
  settled,
  textParts,
  type ValueType,
} from "../../ir/index.ts";
import { type Doc, indent, softline } from "../doc/index.ts";
import type { TerraformContext } from "./context.ts";
import { SPELLINGS, type Tools } from "./functions.ts";
import { compactObject, list, object, oneLine } from "./layout.ts";
import { choice, conditional, invoke, operation, PRECEDENCE, type Printed, primary, wrap } from "./printed.ts";
import { escapeText, isIdentifier, objectKey, quote } from "./quote.ts";
import { cloudMembers, RESOURCE_GROUP_ID, SUBSCRIPTION_ID, surroundingMember } from "./surroundings.ts";
import { haveOneType } from "./unify.ts";

/** Where expressions stand, and what they turn out to refer to there. */
export interface TerraformPrinter {
  print(node: Node): Doc;
  /** The id of a resource, known also when its condition leaves it out. */
  id(symbol: string): Doc;
  /** Symbols of the resources that the printed text names, so that Terraform sees the order. */
  readonly resources: ReadonlySet<string>;
  /** Locals that it names. */
  readonly locals: ReadonlySet<string>;
}

export interface Place {
  /** `resources.cluster` */
  readonly at: string;
  /** What holds when the resource that is printed is there. */
  readonly given?: Given;
  /** In a table, which is computed also when it is not there, and holds objects on one line where they are short. */
  readonly inTable?: boolean;
  /** How the row of a loop and its key are called here. */
  readonly row?: RowNames;
}

export interface RowNames {
  /** The table, which is a local. */
  readonly table: string;
  readonly key: string;
  readonly value: string;
}

/** Prints expressions with ARM's meaning. */
export function createPrinter(
  context: TerraformContext,
  { at, given: known = NOTHING, inTable = false, row }: Place,
): TerraformPrinter {
  const resources = new Set<string>();
  const locals = new Set<string>(row ? [row.table] : []);

  const refuse: Tools["refuse"] = (word, message, help) => {
    context.report(at, word, message, help);
    return primary("null");
  };

  /** What holds here for certain; a table is computed whether or not it does. */
  const holds = inTable ? NOTHING : known;

  /** What is there for certain is not null. */
  const typeOf = (start: Node): ValueType => {
    const node = settled(holds, start);
    const type = context.typeOf(node);
    const { root } = accessChain(node);
    const isSure = root.kind === "resource" && implies(holds, context.resource(root.symbol).condition);
    return isSure ? { ...type, nullable: false } : type;
  };

  const address = (symbol: string): string => {
    resources.add(symbol);
    return context.instance(symbol);
  };

  /** One that is there, its condition taken into account. */
  const sureAddress = (symbol: string): string =>
    context.resource(symbol).condition === undefined || context.places.has(symbol) ? address(symbol) : `${address(symbol)}[0]`;

  const idParts = (symbol: string): (string | Printed)[] => {
    const resource = context.resource(symbol);
    const isDeployed = !context.isExisting(symbol);
    const isSure = isDeployed && implies(known, resource.condition);
    if (isSure && (!inTable || resource.condition === undefined)) return [primary(`${sureAddress(symbol)}.id`)];
    if (isSure && !context.places.has(symbol)) return [invoke("one", primary(`${address(symbol)}[*].id`))];
    const { parent, scope, type, name, at } = resource;
    const above = parent ?? scope;
    const start = above === undefined ? [primary(at === "subscription" ? SUBSCRIPTION_ID : RESOURCE_GROUP_ID)] : idParts(above);
    const path = parent === undefined ? `/providers/${type}/` : `/${type.slice(type.lastIndexOf("/") + 1)}/`;
    return [...start, path, ...textParts(name).map((part) => (typeof part === "string" ? part : expression(part)))];
  };

  const id = (symbol: string): Printed => {
    const parts = idParts(symbol);
    const [only] = parts;
    return parts.length === 1 && only !== undefined && typeof only !== "string" ? only : quoted(parts);
  };

  const quoted = (parts: readonly (string | Printed)[]): Printed =>
    primary([
      '"',
      ...parts.map((part, index) => {
        if (typeof part !== "string") return `\${${oneLine(part.doc)}}`;
        return escapeText(part, index + 1 < parts.length);
      }),
      '"',
    ]);

  const key = (node: Node): Doc => {
    const word = literalKey(node);
    return word !== undefined && isIdentifier(word) ? [".", word] : ["[", expression(node).doc, "]"];
  };

  const member = (symbol: string, chain: AccessChain): Printed => {
    const resource = context.resource(symbol);
    const [first, ...rest] = chain.keys;
    const word = literalKey(first);
    if (!isRuntimeAccess(chain) && rest.length > 0)
      return refuse("member", `${symbol}.${word} has no members`, "read the value itself");
    if (word === "id") return id(symbol);
    if (word === "name")
      return resource.condition || context.isExisting(symbol) ? expression(resource.name) : primary(`${address(symbol)}.name`);
    if (word === "type") return primary(quote(resource.type));
    if (word === "apiVersion") return primary(quote(resource.apiVersion));
    if (context.isExisting(symbol))
      return refuse("existing-read", `${symbol} is not deployed, and ${word} of it is read`, "read it from what makes it");
    const path = chain.keys.map(key);
    if (implies(holds, resource.condition)) return primary([sureAddress(symbol), ".output", ...path]);
    return invoke("one", primary([address(symbol), "[*].output", ...path]));
  };

  /** A member of a loop that another loop knows by key. */
  const loopMember = (node: NodeOf<"member">, keys: readonly Node[]): Printed => {
    for (const symbol of context.membersOf(node.loop)) resources.add(symbol);
    return primary([context.loopAddress(node.loop).join("."), "[", expression(node.key).doc, "]", ...keys.map(key)]);
  };

  const item = ({ name, of, field, otherwise }: NodeOf<"item">): Printed => {
    const isRow = row !== undefined && of === row.table;
    if (isRow && field === ROW_KEY) return primary(row.key);
    const value = primary(isRow ? row.value : name);
    if (field === undefined) return value;
    if (otherwise !== undefined) return invoke("lookup", value, primary(quote(field)), expression(otherwise));
    return primary([value.doc, key({ kind: "literal", value: field })]);
  };

  /** A part of a joined text, as .NET writes it. */
  const part = (node: Node): Printed => {
    const { kind, nullable } = typeOf(node);
    if (kind === "array" || kind === "object" || kind === "unknown")
      return refuse(
        "untyped",
        "a text holds a value that is not known to be a text, an integer or truth",
        "give it one type, or read it with its type",
      );
    if (kind === "null") return primary('""');
    if (kind === "string" && nullable)
      return expression({ kind: "call", name: "coalesce", args: [...alternatives(node), EMPTY] });
    const value = expression(node);
    const text = kind === "bool" ? conditional(value, primary('"True"'), primary('"False"')) : value;
    return nullable ? conditional(operation("==", PRECEDENCE.equality, [value, primary("null")]), primary('""'), text) : text;
  };

  const template = (nodes: readonly (string | Node)[]): Printed => {
    const parts = textParts({
      kind: "concat",
      parts: nodes.map((node) => (typeof node === "string" ? { kind: "literal", value: node } : node)),
    });
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== "string") {
      // alone between its quotes an expression keeps its type
      return typeOf(only).kind === "int" ? invoke("tostring", expression(only)) : part(only);
    }
    return quoted(parts.map((text) => (typeof text === "string" ? text : part(text))));
  };

  const choose = (test: Printed, consequent: Node, alternate: Node): Printed => {
    const types = [typeOf(consequent), typeOf(alternate)] as const;
    const branches = [expression(consequent), expression(alternate)] as const;
    return haveOneType([consequent, alternate], types) ? conditional(test, ...branches) : choice(test, ...branches);
  };

  const surroundings = (name: FunctionName, keys: readonly Node[]): Printed => {
    const [first, ...rest] = keys;
    const word = literalKey(first) ?? "";
    if (name === "environment") return cloud(keys);
    const found = surroundingMember(name, word);
    if (found === undefined)
      return refuse("member", `Terraform does not know ${[`${name}()`, word].filter(Boolean).join(".")}`, "make it a parameter");
    return primary([found, ...rest.map(key)]);
  };

  const cloud = (keys: readonly Node[]): Printed => {
    const path = keys.map((node) => literalKey(node) ?? "").join(".");
    if (cloudMembers(context.program).some((known) => known.join(".") === path))
      return primary(["var.azure_cloud", ...keys.map(key)]);
    return refuse("member", "environment() is used as a whole", "read one of its members");
  };

  const tools: Tools = {
    print: (node) => expression(node),
    typeOf,
    template,
    choose,
    refuse,
    surroundings: (name) => surroundings(name, []),
  };

  const call = (node: NodeOf<"call">): Printed => SPELLINGS[node.name](tools, ...node.args);

  const expression: (node: Node) => Printed = fold<Printed>({
    literal: ({ value }) => literal(value),
    array: (node, go) => primary(list(node.items.map((item) => go(item).doc))),
    object: (node, go) => {
      const members = node.entries.map(([name, value]) => ({ key: keyOf(name), value: go(value).doc }));
      return primary(inTable ? compactObject(members) : object(members));
    },
    concat: (node) => template([node]),
    parameter: (node) => {
      const reference = context.parameter(node.name);
      if (reference.startsWith("local.")) locals.add(node.name);
      return primary(reference);
    },
    variable: (node) => {
      locals.add(node.name);
      return primary(`local.${context.local(node.name)}`);
    },
    resource: () => refuse("resource", "a resource is used as a value", "refer to one of its members, such as id"),
    access: (node, go) => {
      const chain = accessChain(node);
      const { root, keys } = chain;
      if (root.kind === "resource") return member(root.symbol, chain);
      if (root.kind === "member") return loopMember(root, keys);
      if (root.kind === "call" && SURROUNDINGS.has(root.name)) return surroundings(root.name, keys);
      return primary([wrap(go(root), PRECEDENCE.primary), ...keys.map(key)]);
    },
    call,
    condition: (node, go) => {
      const branch = settled(holds, node);
      return branch === node ? choose(go(node.test), node.consequent, node.alternate) : go(branch);
    },
    item,
    member: () => refuse("resource", "a resource is used as a value", "refer to one of its members, such as id"),
    map: (node, go) =>
      primary(["[", indent([softline, "for ", node.item, " in ", go(node.list).doc, " : ", go(node.value).doc]), softline, "]"]),
  });

  const keyOf = (node: Node): string => {
    const word = literalKey(node);
    if (word !== undefined) return objectKey(word);
    const text = oneLine(expression(node).doc);
    return text.startsWith('"') ? text : `(${text})`;
  };

  return { print: (node) => expression(node).doc, id: (symbol) => id(symbol).doc, resources, locals };
}

const EMPTY: Node = { kind: "literal", value: "" };

const alternatives = (node: Node): readonly Node[] => (node.kind === "call" && node.name === "coalesce" ? node.args : [node]);

const SURROUNDINGS: ReadonlySet<FunctionName> = new Set(["resourceGroup", "subscription", "tenant", "environment"]);

function literal(value: string | number | boolean | null): Printed {
  if (typeof value === "string") return primary(quote(value));
  return { doc: String(value), precedence: typeof value === "number" && value < 0 ? PRECEDENCE.unary : PRECEDENCE.primary };
}
