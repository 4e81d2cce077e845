import {
  type AccessChain,
  accessChain,
  type ExistingResource,
  type FunctionName,
  fold,
  isRuntimeAccess,
  literalKey,
  type Node,
  type NodeOf,
  textParts,
} from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import type { TerraformContext } from "./context.ts";
import { SPELLINGS, type Tools } from "./functions.ts";
import { list, object, oneLine } from "./layout.ts";
import { choice, conditional, invoke, operation, PRECEDENCE, type Printed, primary, wrap } from "./printed.ts";
import { escapeText, isIdentifier, quote } from "./quote.ts";
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
  /** Of the resource that is printed: others of the same condition are there when it is. */
  readonly condition?: Node;
}

/** Prints expressions with ARM's meaning. */
export function createPrinter(context: TerraformContext, { at, condition }: Place): TerraformPrinter {
  const resources = new Set<string>();
  const locals = new Set<string>();

  const refuse: Tools["refuse"] = (word, message, help) => {
    context.report(at, word, message, help);
    return primary("null");
  };

  const address = (symbol: string): string => {
    resources.add(symbol);
    return context.address(symbol).join(".");
  };

  /** Absent or present together with the resource that is printed. */
  const isSure = (resource: ExistingResource) =>
    resource.condition === undefined || JSON.stringify(resource.condition) === JSON.stringify(condition);

  const idParts = (symbol: string): (string | Printed)[] => {
    const resource = context.resource(symbol);
    const isDeployed = !context.isExisting(symbol);
    if (isDeployed && resource.condition === undefined) return [primary(`${address(symbol)}.id`)];
    if (isDeployed && isSure(resource)) return [primary(`${address(symbol)}[0].id`)];
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
    if (resource.condition === undefined) return primary([address(symbol), ".output", ...path]);
    if (isSure(resource)) return primary([address(symbol), "[0].output", ...path]);
    return invoke("one", primary([address(symbol), "[*].output", ...path]));
  };

  /** A part of a joined text, as .NET writes it. */
  const part = (node: Node): Printed => {
    const { kind, nullable } = context.typeOf(node);
    if (kind === "array" || kind === "object" || kind === "unknown")
      return refuse(
        "untyped",
        "a text holds a value that is not known to be a text, an integer or truth",
        "give it one type, or read it with its type",
      );
    if (kind === "null") return primary('""');
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
      return context.typeOf(only).kind === "int" ? invoke("tostring", expression(only)) : part(only);
    }
    return quoted(parts.map((text) => (typeof text === "string" ? text : part(text))));
  };

  const choose = (test: Printed, consequent: Node, alternate: Node): Printed => {
    const types = [context.typeOf(consequent), context.typeOf(alternate)] as const;
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
    typeOf: (node) => context.typeOf(node),
    template,
    choose,
    refuse,
    surroundings: (name) => surroundings(name, []),
  };

  const call = (node: NodeOf<"call">): Printed => SPELLINGS[node.name](tools, ...node.args);

  const expression: (node: Node) => Printed = fold<Printed>({
    literal: ({ value }) => literal(value),
    array: (node, go) => primary(list(node.items.map((item) => go(item).doc))),
    object: (node, go) => primary(object(node.entries.map(([name, value]) => ({ key: objectKey(name), value: go(value).doc })))),
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
      if (root.kind === "call" && SURROUNDINGS.has(root.name)) return surroundings(root.name, keys);
      return primary([wrap(go(root), PRECEDENCE.primary), ...keys.map(key)]);
    },
    call,
    condition: (node, go) => choose(go(node.test), node.consequent, node.alternate),
  });

  const objectKey = (node: Node): string => {
    const word = literalKey(node);
    if (word !== undefined) return isIdentifier(word) ? word : quote(word);
    const text = oneLine(expression(node).doc);
    return text.startsWith('"') ? text : `(${text})`;
  };

  return { print: (node) => expression(node).doc, id: (symbol) => id(symbol).doc, resources, locals };
}

const SURROUNDINGS: ReadonlySet<FunctionName> = new Set(["resourceGroup", "subscription", "tenant", "environment"]);

function literal(value: string | number | boolean | null): Printed {
  if (typeof value === "string") return primary(quote(value));
  return { doc: String(value), precedence: typeof value === "number" && value < 0 ? PRECEDENCE.unary : PRECEDENCE.primary };
}
