import { assert, unreachable } from "../../base/index.ts";
import { type AccessChain, accessChain, fold, literalKey, type Node, type NodeOf, textParts, walk } from "../../ir/index.ts";
import { type Doc, group, hardline, indent, isMultiline, join, line, lineOr, print, softline } from "../doc/index.ts";
import { PRECEDENCE, SPELLINGS } from "./functions.ts";
import { escapeText, isIdentifier, KEYWORD_LITERALS, propertyName, quote } from "./quote.ts";

/** How the names of a definition are called in one Bicep file. */
export interface BicepScope {
  parameter(name: string): string;
  variable(name: string, keys: readonly Node[]): Reference;
  readonly resource: (symbol: string, chain: AccessChain) => Reference;
  /** A member of a loop: `privateEndpoints[i]`. */
  readonly member?: (node: NodeOf<"member">, print: (node: Node) => Doc) => Doc;
  /** Objects on one line where they fit, as in tables. */
  readonly compact?: boolean;
  /** What a file that is not deployed to the resource group is given for a member of `resourceGroup()`. */
  resourceGroup?(keys: readonly Node[]): Reference;
  /** True when a declaration hides the function of that name. */
  hides(identifier: string): boolean;
}

export interface Reference {
  readonly identifier: string;
  /** The keys that are still to be followed from there. */
  readonly keys: readonly Node[];
  /** It may be null, so the first key needs a safe access; `sure`: only by its type, as what reads it is there with it alone. */
  readonly nullable: boolean | "sure";
}

interface Printed {
  readonly doc: Doc;
  readonly precedence: number;
}

/** Prints expressions as they stand in a file with the given names. */
export function bicepExpression(scope: BicepScope): (node: Node) => Doc {
  const key = (node: Node, nullable: Reference["nullable"]): Doc => {
    const word = literalKey(node);
    const [before, after] = nullable === "sure" ? ["!", ""] : ["", nullable ? "?" : ""];
    if (word !== undefined && isIdentifier(word) && !KEYWORD_LITERALS.has(word)) return [before, ".", after, word];
    return [before, "[", after, expression(node).doc, "]"];
  };

  const reference = ({ identifier, keys, nullable }: Reference): Printed =>
    primary([identifier, ...keys.map((node, at) => key(node, at === 0 && nullable))]);

  const wrap = (printed: Printed, least: number): Doc => (printed.precedence < least ? ["(", printed.doc, ")"] : printed.doc);

  /** Bicep takes no array or object literal between `${` and `}`, so strings with one there are formatted. */
  const joined = (node: Node): Doc => {
    if (!holdsStructure(node)) return interpolated(node);
    const parts = textParts(node);
    const args = parts.filter((part) => typeof part !== "string");
    const pattern = parts.map((part) => (typeof part === "string" ? part.replace(/[{}]/g, "$&$&") : `{${args.indexOf(part)}}`));
    const name = scope.hides("format") ? "sys.format" : "format";
    return invocation(name, [quote(pattern.join("")), ...args.map((arg) => expression(arg).doc)]);
  };

  const interpolated = (node: Node): Doc => {
    const parts = textParts(node).map((part) =>
      typeof part === "string" ? escapeText(part) : `\${${inline(expression(part).doc)}}`,
    );
    return `'${parts.join("")}'`;
  };

  const call = (node: NodeOf<"call">, go: (node: Node) => Printed): Printed => {
    const spelling = SPELLINGS[node.name];
    if ("call" in spelling) {
      const name = scope.hides(node.name) ? `${spelling.call}.${node.name}` : node.name;
      return primary(
        invocation(
          name,
          node.args.map((arg) => go(arg).doc),
        ),
      );
    }
    if ("prefix" in spelling) {
      const [arg] = node.args;
      if (arg?.kind === "call" && arg.name === "equals") return binary(" != ", PRECEDENCE.equality, false, arg.args.map(go));
      return { doc: [spelling.prefix, ...(arg ? [wrap(go(arg), PRECEDENCE.primary)] : [])], precedence: PRECEDENCE.unary };
    }
    if ("operator" in spelling)
      return binary(` ${spelling.operator} `, spelling.precedence, spelling.associative, node.args.map(go));
    return unreachable(spelling);
  };

  const operand = (printed: Printed, precedence: number, least: number): Doc =>
    // && within || needs no parentheses, but readers do
    precedence === PRECEDENCE.or && printed.precedence === PRECEDENCE.and ? ["(", printed.doc, ")"] : wrap(printed, least);

  const binary = (text: string, precedence: number, associative: boolean, operands: readonly Printed[]): Printed => {
    const least = (at: number) => (associative || (at === 0 && LEFT.has(precedence)) ? precedence : precedence + 1);
    return {
      doc: join(
        text,
        operands.map((printed, at) => operand(printed, precedence, least(at))),
      ),
      precedence,
    };
  };

  const expression: (node: Node) => Printed = fold<Printed>({
    literal: ({ value }) => literal(value),
    array: (node, go) => primary(array(node.items.map((item) => go(item).doc))),
    object: (node, go) => {
      const members = node.entries.map(([name, value]): Doc => [propertyKey(name), ": ", go(value).doc]);
      return primary(scope.compact ? compactObject(members) : object(members));
    },
    concat: (node) => primary(joined(node)),
    parameter: (node) => primary(scope.parameter(node.name)),
    variable: (node) => reference(scope.variable(node.name, [])),
    resource: (node) => reference(scope.resource(node.symbol, accessChain(node))),
    access: (node, go) => {
      const chain = accessChain(node);
      const { root, keys } = chain;
      if (root.kind === "resource") return reference(scope.resource(root.symbol, chain));
      if (root.kind === "variable") return reference(scope.variable(root.name, keys));
      if (root.kind === "member") return primary([go(root).doc, ...keys.map((node) => key(node, false))]);
      if (scope.resourceGroup && root.kind === "call" && root.name === "resourceGroup")
        return reference(scope.resourceGroup(keys));
      return primary([wrap(go(root), PRECEDENCE.primary), ...keys.map((node) => key(node, false))]);
    },
    call,
    condition: (node, go) => ({
      doc: group([
        wrap(go(node.test), PRECEDENCE.coalesce),
        indent([line, "? ", indent(wrap(go(node.consequent), PRECEDENCE.coalesce)), line, ": ", indent(go(node.alternate).doc)]),
      ]),
      precedence: PRECEDENCE.ternary,
    }),
    item: ({ name, field, otherwise }, go) => {
      if (field === undefined) return primary(name);
      const value = primary([name, key({ kind: "literal", value: field }, otherwise !== undefined)]);
      return otherwise === undefined ? value : binary(" ?? ", PRECEDENCE.coalesce, true, [value, go(otherwise)]);
    },
    member: (node, go) => {
      assert(scope.member, "members of loops are referred to where loops are");
      return primary(scope.member(node, (inner) => go(inner).doc));
    },
    map: (node, go) => primary(forExpression(node.item, go(node.list).doc, go(node.value).doc)),
  });

  const propertyKey = (node: Node): Doc => {
    const word = literalKey(node);
    return word === undefined ? interpolated(node) : propertyName(word);
  };

  return (node) => expression(node).doc;
}

/** True for a node that Bicep writes with an array or object literal in it. */
export function holdsStructure(node: Node): boolean {
  let found = false;
  walk(node, (inner) => {
    found ||= inner.kind === "array" || inner.kind === "object";
    return !found;
  });
  return found;
}

function invocation(name: string, args: readonly Doc[]): Doc {
  const [only] = args;
  if (only === undefined) return `${name}()`;
  if (args.length === 1 && isMultiline(only)) return [name, "(", only, ")"];
  return group([name, "(", indent([softline, join([",", line], args)]), softline, ")"]);
}

export function object(members: readonly Doc[]): Doc {
  return members.length === 0 ? "{}" : ["{", indent([hardline, join(hardline, members)]), hardline, "}"];
}

/** On one line where it fits, as in a table. */
export function compactObject(members: readonly Doc[]): Doc {
  return group(["{", indent([line, join(lineOr(", "), members)]), line, "}"]);
}

/** `[for item in list: value]`; Microsoft's formatter opens it as well. */
export function forExpression(item: Doc, list: Doc, value: Doc): Doc {
  return ["[", indent([hardline, "for ", item, " in ", list, ": ", value]), hardline, "]"];
}

/** On one line while it is short; Bicep separates items by commas there and by lines otherwise. */
export function array(items: readonly Doc[]): Doc {
  return items.length === 0 ? "[]" : group(["[", indent([softline, join(lineOr(", "), items)]), softline, "]"]);
}

const primary = (doc: Doc): Printed => ({ doc, precedence: PRECEDENCE.primary });

/** These group to the left, so their left operand may be of the same strength. */
const LEFT: ReadonlySet<number> = new Set([PRECEDENCE.additive, PRECEDENCE.multiplicative]);

function literal(value: string | number | boolean | null): Printed {
  if (typeof value === "string") return primary(quote(value));
  if (typeof value !== "number") return primary(String(value));
  if (!Number.isInteger(value)) return primary(`json(${quote(String(value))})`); // Bicep has integers only
  return { doc: String(value), precedence: value < 0 ? PRECEDENCE.unary : PRECEDENCE.primary };
}

/** Interpolated strings stay on one line. */
function inline(doc: Doc): string {
  return print(doc, { width: Infinity, indent: 0 });
}
