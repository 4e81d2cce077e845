import { ArmFault } from "../../contract.ts";
import { faults } from "../../envelope/faults.ts";
import { ATTRIBUTES, type Attribute, type Comparison, type Condition, OPERATORS } from "./condition.ts";

/** Azure takes no more. */
const MOST_CHARACTERS = 8192;
const DEEPEST = 64;

const TOKEN = /\s*(?:('(?:[^']|'')*')|(@\w+\[[^\]]*\])|(&&|\|\||[(){},!])|([A-Za-z0-9_:.-]+))/y;
const QUANTIFIERS: Readonly<Record<string, Comparison["over"]>> = {
  ForAnyOfAnyValues: "any",
  ForAllOfAnyValues: "any",
  ForAnyOfAllValues: "all",
  ForAllOfAllValues: "all",
};

/** Reads a condition. What is malformed is refused as Azure refuses it, what is Azure's and not ours by its name. */
export function readCondition(text: string): Condition {
  if (text.length > MOST_CHARACTERS) throw invalid(`it has ${text.length} characters; at most ${MOST_CHARACTERS} are allowed`);
  const tokens = tokenize(text);
  let at = 0;
  const peek = () => tokens[at];
  const is = (...words: string[]) => words.includes((peek() ?? "").toUpperCase());
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw invalid("it ends too early");
    return token;
  };
  const expect = (wanted: string) => {
    const token = take();
    if (token !== wanted) throw invalid(`'${token}' stands where '${wanted}' is expected`);
  };

  const several = (kind: "and" | "or", words: string[], part: (depth: number) => Condition, depth: number): Condition => {
    const parts = [part(depth)];
    while (is(...words)) {
      at++;
      parts.push(part(depth));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, parts };
  };
  const either = (depth: number): Condition => several("or", ["OR", "||"], both, depth);
  const both = (depth: number): Condition => several("and", ["AND", "&&"], one, depth);
  const one = (depth: number): Condition => {
    if (depth > DEEPEST) throw invalid(`it nests deeper than ${DEEPEST} levels`);
    const token = take();
    if (token === "!" || token.toUpperCase() === "NOT") return { kind: "not", of: one(depth + 1) };
    if (token === "(") {
      const inner = either(depth + 1);
      expect(")");
      return inner;
    }
    if (token === "ActionMatches") return { kind: "action", pattern: only(set(), token) };
    if (token === "SubOperationMatches") throw faults.unsupported("SubOperationMatches in conditions of role assignments");
    if (token === "Exists") return { kind: "exists", attribute: attribute(take()) };
    if (!token.startsWith("@")) throw invalid(`'${token}' stands where a part of the condition is expected`);
    const left = attribute(token);
    const comparison = readComparison(take());
    const values = is("{") ? set() : [value(take())];
    return { kind: "compare", attribute: left, comparison, values };
  };
  const set = (): string[] => {
    expect("{");
    const values = [value(take())];
    while (is(",")) {
      at++;
      values.push(value(take()));
    }
    expect("}");
    return values;
  };

  const condition = either(0);
  if (at < tokens.length) throw invalid(`'${tokens[at]}' comes after its end`);
  return condition;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw invalid(`'${text.slice(from, from + 20).trim()}' cannot be read`);
    tokens.push(match[0].trim());
  }
  if (tokens.length === 0) throw invalid("it is empty");
  return tokens;
}

function attribute(token: string): Attribute {
  const [, source = "", name = ""] = /^@(\w+)\[([^\]]*)\]$/.exec(token) ?? [];
  const from = source.toLowerCase();
  if (from === "principal" || from === "environment") throw faults.unsupported(`@${source} in conditions of role assignments`);
  if (from !== "request" && from !== "resource") throw invalid(`'${token}' is no attribute`);
  if (!ATTRIBUTES.includes(name.toLowerCase()))
    throw faults.unsupported(`the attribute ${name} in conditions of role assignments`);
  return { source: from, name: name.toLowerCase() };
}

function readComparison(token: string): Comparison {
  const [quantifier, operator] = token.includes(":") ? token.split(":") : [undefined, token];
  const over = quantifier === undefined ? "any" : QUANTIFIERS[quantifier];
  if (over === undefined) throw invalid(`'${quantifier}' is no quantifier`);
  const known = (Object.keys(OPERATORS) as (keyof typeof OPERATORS)[]).find((name) => name === operator);
  if (known === undefined) throw faults.unsupported(`the operator ${operator} in conditions of role assignments`);
  return { operator: known, over };
}

function value(token: string): string {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (!/^[A-Za-z0-9_.-]+$/.test(token)) throw invalid(`'${token}' stands where a value is expected`);
  return token;
}

function only(values: readonly string[], of: string): string {
  const [first, ...more] = values;
  if (first === undefined || more.length > 0) throw invalid(`${of} takes one action`);
  return first;
}

function invalid(why: string): ArmFault {
  return new ArmFault(400, "InvalidRoleAssignmentCondition", `the given role assignment condition is invalid: ${why}`, {
    target: "properties.condition",
  });
}
