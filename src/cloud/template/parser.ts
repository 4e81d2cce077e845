import { ExpressionFault } from "./fault.ts";
import type { AccessStep, Expression } from "./syntax.ts";

/** ARM refuses longer expressions. */
const MAX_LENGTH = 24_576;
const MAX_NESTING = 256;

/**
 * Parses what stands between `[` and `]`:
 * `expr = primary { "." name | ".?" name | "[" expr "]" | "[?" expr "]" }`, `primary = string | integer | call`.
 */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_LENGTH)
    throw new ExpressionFault(`the expression has ${source.length} characters; at most ${MAX_LENGTH} are allowed`);
  const reader: Reader = { source, at: 0, depth: 0 };
  const parsed = parseChain(reader);
  skipSpace(reader);
  if (reader.at < source.length) throw unexpected(reader, "the end of the expression");
  return parsed;
}

interface Reader {
  readonly source: string;
  at: number;
  depth: number;
}

function parseChain(reader: Reader): Expression {
  if (++reader.depth > MAX_NESTING) throw new ExpressionFault(`the expression is nested deeper than ${MAX_NESTING} levels`);
  const of = parsePrimary(reader);
  const steps: AccessStep[] = [];
  for (let step = parseStep(reader); step !== undefined; step = parseStep(reader)) steps.push(step);
  reader.depth--;
  return steps.length === 0 ? of : { kind: "access", of, steps };
}

function parseStep(reader: Reader): AccessStep | undefined {
  if (take(reader, ".")) {
    const safe = take(reader, "?");
    return { key: { kind: "literal", value: parseName(reader, "a property name") }, safe };
  }
  if (take(reader, "[")) {
    const safe = take(reader, "?");
    const key = parseChain(reader);
    expect(reader, "]");
    return { key, safe };
  }
  return undefined;
}

function parsePrimary(reader: Reader): Expression {
  skipSpace(reader);
  if (reader.source[reader.at] === "'") return { kind: "literal", value: parseString(reader) };
  const digits = match(reader, /-?\d+/y);
  if (digits !== undefined) {
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) throw new ExpressionFault(`the integer ${digits} is out of range`);
    return { kind: "literal", value };
  }
  let name = parseName(reader, "a string, an integer or a function");
  while (take(reader, ".")) name += `.${parseName(reader, "a function name")}`;
  expect(reader, "(");
  return { kind: "call", name, args: parseArguments(reader) };
}

function parseArguments(reader: Reader): Expression[] {
  const args: Expression[] = [];
  if (take(reader, ")")) return args;
  do args.push(parseChain(reader));
  while (take(reader, ","));
  expect(reader, ")");
  return args;
}

function parseString(reader: Reader): string {
  const found = match(reader, /'(?:[^']|'')*'/y);
  if (found === undefined) throw new ExpressionFault(`the string that starts at position ${reader.at + 1} has no closing quote`);
  return found.slice(1, -1).replaceAll("''", "'");
}

function parseName(reader: Reader, expected: string): string {
  skipSpace(reader);
  const name = match(reader, /[A-Za-z_$][\w$]*/y);
  if (name === undefined) throw unexpected(reader, expected);
  return name;
}

function skipSpace(reader: Reader): void {
  match(reader, /\s+/y);
}

function take(reader: Reader, token: string): boolean {
  skipSpace(reader);
  if (!reader.source.startsWith(token, reader.at)) return false;
  reader.at += token.length;
  return true;
}

function expect(reader: Reader, token: string): void {
  if (!take(reader, token)) throw unexpected(reader, `'${token}'`);
}

function match(reader: Reader, sticky: RegExp): string | undefined {
  sticky.lastIndex = reader.at;
  const found = sticky.exec(reader.source)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function unexpected(reader: Reader, expected: string): ExpressionFault {
  const seen = reader.at < reader.source.length ? `'${reader.source.slice(reader.at, reader.at + 12)}'` : "the end";
  return new ExpressionFault(`expected ${expected} at position ${reader.at + 1} but found ${seen}`);
}
