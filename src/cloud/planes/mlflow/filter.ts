import { unreachable } from "../../../base/index.ts";
import { invalid } from "./fault.ts";

/**
 * MLflow's search grammar: comparisons joined by AND, each `[entity.]key comparator value`. Keys may stand in backticks
 * or double quotes; values are numbers, quoted texts or lists of quoted texts.
 */
export interface Comparison {
  readonly entity: string;
  readonly key: string;
  readonly comparator: Comparator;
  readonly value: string | number | readonly string[] | undefined;
}

const COMPARATORS = ["=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"] as const;
export type Comparator = (typeof COMPARATORS)[number];

/** What a key of an entity holds in the thing searched; `undefined` when it has no such metric, param or tag. */
export type Lookup<T> = (subject: T, entity: string, key: string) => string | number | undefined;

/** How one kind of thing is searched: the entities that may stand before the dot, and which keys hold numbers. */
export interface Searchable<T> {
  /** Spellings of each entity: `metric` -> `metrics`. */
  readonly entities: Readonly<Record<string, string>>;
  /** The entity meant when none is written. */
  readonly defaultEntity: string;
  isNumber(entity: string, key: string): boolean;
  /** Throws for attributes that do not exist. */
  readonly lookup: Lookup<T>;
}

const TOKEN = /\s*(?:(`[^`]*`|"[^"]*"|'(?:[^']|'')*')|([<>!]?=|[<>(),.])|([^\s<>=!(),.'"`]+))/y;
const OPERATOR = /^(?:[<>!]?=|[<>])$/;

export function parseFilter<T>(text: string, searchable: Searchable<T>): Comparison[] {
  const tokens = tokenize(text);
  const comparisons: Comparison[] = [];
  let at = 0;
  const next = () => tokens[at++];
  const isWord = (word: string) => tokens[at]?.toUpperCase() === word;
  const fail = (what: string) => invalid(`invalid filter ${JSON.stringify(text)}: ${what}`);

  const identifier = (): string => {
    const token = next();
    if (token === undefined || token.startsWith("'") || /^[<>!=(),.]/.test(token))
      throw fail(`a name is expected, not ${token ?? "its end"}`);
    return unquoted(token);
  };
  const comparator = (): Comparator => {
    const token = next();
    const word = token?.toUpperCase();
    if (token !== undefined && OPERATOR.test(token)) return token as Comparator;
    if (word === "LIKE" || word === "ILIKE" || word === "IN") return word;
    if (word === "NOT" && isWord("IN") && next()) return "NOT IN";
    if (word === "IS" && isWord("NULL") && next()) return "IS NULL";
    if (word === "IS" && isWord("NOT") && next() && isWord("NULL") && next()) return "IS NOT NULL";
    throw fail(`${token ?? "its end"} is not a comparator`);
  };
  const scalar = (): string | number => {
    const token = next();
    if (token === undefined) throw fail("a value is missing");
    if (/^['"]/.test(token)) return unquoted(token);
    // The tokenizer splits at dots, so 0.95 comes as three tokens.
    let digits = token;
    if (tokens[at] === "." && at + 1 < tokens.length) digits += `${next()}${next()}`;
    const number = Number(digits);
    if (Number.isNaN(number)) throw fail(`value ${digits} must be a number or stand in quotes`);
    return number;
  };
  const list = (): string[] => {
    if (next() !== "(") throw fail("IN needs a list in parentheses");
    const values: string[] = [];
    do {
      const value = scalar();
      if (typeof value !== "string") throw fail("IN takes quoted texts");
      values.push(value);
    } while (tokens[at] === "," && next());
    if (next() !== ")") throw fail("a parenthesis is not closed");
    return values;
  };

  while (at < tokens.length) {
    if (comparisons.length > 0 && next()?.toUpperCase() !== "AND") throw fail("comparisons are joined by AND");
    const first = identifier();
    let entity = searchable.defaultEntity;
    let key = first;
    if (tokens[at] === ".") {
      next();
      const known = searchable.entities[first.toLowerCase()];
      if (known === undefined) throw fail(`${first} is none of ${[...new Set(Object.values(searchable.entities))].join(", ")}`);
      entity = known;
      key = identifier();
      while (tokens[at] === ".") {
        next();
        key += `.${identifier()}`;
      }
    }
    const how = comparator();
    const value = how.startsWith("IS") ? undefined : how.endsWith("IN") ? list() : scalar();
    comparisons.push(checked({ entity, key, comparator: how, value }, searchable, fail));
  }
  return comparisons;
}

/** True when the subject satisfies every comparison. */
export function matches<T>(subject: T, comparisons: readonly Comparison[], lookup: Lookup<T>): boolean {
  return comparisons.every((comparison) => satisfies(lookup(subject, comparison.entity, comparison.key), comparison));
}

function checked<T>(comparison: Comparison, searchable: Searchable<T>, fail: (what: string) => Error): Comparison {
  const { entity, key, comparator, value } = comparison;
  if (value === undefined) return comparison;
  const number = searchable.isNumber(entity, key);
  const textual = comparator === "LIKE" || comparator === "ILIKE" || comparator.endsWith("IN");
  if (number && textual) throw fail(`${entity}.${key} is a number; ${comparator} compares texts`);
  if (number && typeof value !== "number") throw fail(`${entity}.${key} is compared with a number`);
  if (!number && typeof value === "number") throw fail(`${entity}.${key} is compared with a quoted text`);
  if (!number && /^[<>]/.test(comparator)) throw fail(`${entity}.${key} is a text; it takes =, !=, LIKE, ILIKE or IN`);
  return comparison;
}

function satisfies(actual: string | number | undefined, { comparator, value }: Comparison): boolean {
  if (comparator === "IS NULL") return actual === undefined;
  if (comparator === "IS NOT NULL") return actual !== undefined;
  // A comparison with something that is not there is false, `!=` included, as in SQL.
  if (actual === undefined || value === undefined) return false;
  switch (comparator) {
    case "=":
      return actual === value;
    case "!=":
      return actual !== value;
    case "<":
      return Number(actual) < Number(value);
    case "<=":
      return Number(actual) <= Number(value);
    case ">":
      return Number(actual) > Number(value);
    case ">=":
      return Number(actual) >= Number(value);
    case "LIKE":
      return like(String(value), "").test(String(actual));
    case "ILIKE":
      return like(String(value), "i").test(String(actual));
    case "IN":
      return Array.isArray(value) && value.includes(String(actual));
    case "NOT IN":
      return Array.isArray(value) && !value.includes(String(actual));
    default:
      return unreachable(comparator);
  }
}

/** SQL's pattern: `%` is any text, `_` any one character. */
function like(pattern: string, flags: string): RegExp {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("%", "[\\s\\S]*")
    .replaceAll("_", "[\\s\\S]");
  return new RegExp(`^${source}$`, flags);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null)
      throw invalid(`invalid filter ${JSON.stringify(text)}: cannot read ${JSON.stringify(trimmed.slice(from).trim())}`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
  }
  return tokens;
}

function unquoted(token: string): string {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  return /^["`]/.test(token) ? token.slice(1, -1) : token;
}
