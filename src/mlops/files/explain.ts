import type { z } from "zod";
import type { Diagnostic } from "../../report/index.ts";

type Issue = z.core.$ZodIssue;
type Explanation = Pick<Diagnostic, "code" | "message" | "help">;

/** What a schema has against a value, in our words: what is there, and what may be there instead. */
export function explain(issue: Issue, seen: unknown): Explanation {
  const name = nameOf(issue.path);
  const value = show(seen);
  switch (issue.code) {
    case "invalid_type":
      return seen === undefined
        ? { code: "files.missing-key", message: `${name} is missing`, help: `give ${words(issue.expected)}` }
        : { code: "files.wrong-type", message: `${name} is ${value}`, help: `it takes ${words(issue.expected)}` };
    case "invalid_value":
      return seen === undefined
        ? { code: "files.missing-key", message: `${name} is missing`, help: `give ${listOf(issue.values.map(String))}` }
        : { code: "files.unknown-value", message: `${name} is ${value}`, help: `it takes ${listOf(issue.values.map(String))}` };
    case "too_small":
      return {
        code: "files.out-of-range",
        message: `${name} is ${value}`,
        help: `it takes ${issue.inclusive === false ? "more than" : "at least"} ${amount(issue.minimum, issue.origin)}`,
      };
    case "too_big":
      return {
        code: "files.out-of-range",
        message: `${name} is ${value}`,
        help: `it takes ${issue.inclusive === false ? "less than" : "at most"} ${amount(issue.maximum, issue.origin)}`,
      };
    case "invalid_union":
      return explainUnion(issue, name, seen);
    case "custom":
      return { code: "files.invalid", message: issue.message };
    default:
      return { code: "files.invalid", message: `${name} is ${value}`, help: issue.message };
  }
}

/** The branch that got furthest knows best; when none got anywhere, all of them are named. */
function explainUnion(issue: Extract<Issue, { code: "invalid_union" }>, name: string, seen: unknown): Explanation {
  const inside = issue.errors.map(([first]) => first).find((first) => first !== undefined && first.path.length > 0);
  if (inside !== undefined) return explain({ ...inside, path: [...issue.path, ...inside.path] }, valueAt(seen, inside.path));
  const expected = issue.errors.flatMap(([first]) => (first?.code === "invalid_type" ? [words(first.expected)] : []));
  const format = issue.errors.flatMap(([first]) => (first !== undefined && first.code !== "invalid_type" ? [first.message] : []));
  const help = format[0] ?? `it takes ${listOf([...new Set(expected)])}`;
  return { code: "files.wrong-type", message: `${name} is ${show(seen)}`, help };
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "keys of its own",
  record: "keys of its own",
  array: "a list",
};

function words(expected: string): string {
  return WORDS[expected] ?? expected;
}

const UNITS: Readonly<Record<string, readonly [one: string, more: string]>> = {
  array: ["entry", "entries"],
  string: ["character", "characters"],
};

function amount(limit: number | bigint, origin: string): string {
  const unit = UNITS[origin]?.[Number(limit) === 1 ? 0 : 1];
  return unit === undefined ? String(limit) : `${limit} ${unit}`;
}

export function listOf(values: readonly string[]): string {
  return values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

/** `steps`, or `steps[1]` for an entry. */
function nameOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  return typeof last === "number" ? `${nameOf(path.slice(0, -1))}[${last}]` : String(last);
}

const LONGEST_SHOWN = 60;

function show(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value) && value.length > 0) return "a list";
  if (typeof value === "object" && !Array.isArray(value)) return "a map of keys";
  return JSON.stringify(value).slice(0, LONGEST_SHOWN);
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key], value);
}
