import type { Resource } from "../contract.ts";
import { faults } from "./faults.ts";

type Test = (resource: Resource) => boolean;

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z][\w/]*)|([(),]))/y;

/**
 * What the `$filter` of resource lists can say (OData): `eq`, `ne`, `substringof('part', name)` and `startswith(name, 'part')`
 * joined by `and` and `or`, with parentheses.
 */
export function filterResources(resources: readonly Resource[], filter: string | null): Resource[] {
  if (filter === null || filter.trim() === "") return [...resources];
  return resources.filter(parse(filter));
}

interface Token {
  readonly kind: "text" | "word" | "sign";
  readonly value: string;
}

function parse(filter: string): Test {
  const tokens = tokenize(filter);
  // The name of a tag and its value are two comparisons about one tag.
  const nameAt = tokens.findIndex(({ kind, value }) => kind === "word" && value.toLowerCase() === "tagname");
  const tagName = nameAt < 0 ? undefined : tokens[nameAt + 2]?.value.toLowerCase();
  let at = 0;

  const peek = (value: string) => tokens[at]?.kind !== "text" && tokens[at]?.value.toLowerCase() === value;
  const refuse = () =>
    faults.invalidContent(`the $filter '${filter}' is not supported at '${tokens[at]?.value ?? "its end"}'`, "$filter");
  const take = (kind: Token["kind"], value?: string): string => {
    const token = tokens[at];
    if (token?.kind !== kind || (value !== undefined && token.value.toLowerCase() !== value)) throw refuse();
    at += 1;
    return token.value;
  };
  const field = () => {
    const of = reader(tokens[at]?.kind === "word" ? (tokens[at]?.value ?? "") : "", tagName);
    if (of === undefined) throw refuse();
    at += 1;
    return of;
  };

  function either(): Test {
    const tests = [both()];
    while (peek("or")) {
      at += 1;
      tests.push(both());
    }
    return (resource) => tests.some((test) => test(resource));
  }

  function both(): Test {
    const tests = [one()];
    while (peek("and")) {
      at += 1;
      tests.push(one());
    }
    return (resource) => tests.every((test) => test(resource));
  }

  function one(): Test {
    if (peek("(")) {
      at += 1;
      const inner = either();
      take("sign", ")");
      return inner;
    }
    if (peek("substringof") || peek("startswith")) return partial();
    const of = field();
    const operator = take("word").toLowerCase();
    if (operator !== "eq" && operator !== "ne") {
      at -= 1;
      throw refuse();
    }
    const wanted = take("text").toLowerCase();
    return (resource) => (of(resource)?.toLowerCase() === wanted) === (operator === "eq");
  }

  /** The two functions take the field and the text in different orders. */
  function partial(): Test {
    const isPrefix = take("word").toLowerCase() === "startswith";
    take("sign", "(");
    const before = isPrefix ? field() : undefined;
    const first = isPrefix ? undefined : take("text");
    take("sign", ",");
    const of = before ?? field();
    const part = (first ?? take("text")).toLowerCase();
    take("sign", ")");
    return (resource) => {
      const value = of(resource)?.toLowerCase();
      return value !== undefined && (isPrefix ? value.startsWith(part) : value.includes(part));
    };
  }

  const test = either();
  if (at < tokens.length) throw refuse();
  return test;
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = filter.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const from = TOKEN.lastIndex;
    const [, text, word, sign] = TOKEN.exec(trimmed) ?? [];
    if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
    else if (sign !== undefined) tokens.push({ kind: "sign", value: sign });
    else throw faults.invalidContent(`the $filter '${filter}' is not supported at '${trimmed.slice(from).trim()}'`, "$filter");
  }
  return tokens;
}

function reader(field: string, tagName: string | undefined): ((resource: Resource) => string | undefined) | undefined {
  switch (field.toLowerCase()) {
    case "name":
      return ({ name }) => name;
    case "resourcetype":
    case "type":
      return ({ type }) => type;
    case "location":
      return ({ location }) => location;
    case "kind":
      return ({ kind }) => kind;
    case "resourcegroup":
      return ({ id }) => id.split("/")[4];
    case "tagname":
      return ({ tags }) => Object.keys(tags ?? {}).find((name) => name.toLowerCase() === tagName);
    case "tagvalue":
      return ({ tags }) =>
        Object.entries(tags ?? {}).find(([name]) => tagName === undefined || name.toLowerCase() === tagName)?.[1];
    default:
      return undefined;
  }
}
