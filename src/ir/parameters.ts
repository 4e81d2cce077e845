import { isObject, type JsonValue, jsonEqual } from "../base/index.ts";
import { type Diagnostic, sortDiagnostics } from "../report/index.ts";
import type { Parameter, ParameterType, Program } from "./program.ts";
import { nearest } from "./suggest.ts";

/** Values against their declarations: unknown names, missing values, types, bounds, allowed values and patterns. */
export function checkParameters(program: Program, values: Readonly<Record<string, JsonValue>>): Diagnostic[] {
  const known = new Map(program.parameters.map((parameter) => [parameter.name, parameter]));
  const problems = Object.keys(values)
    .filter((name) => !known.has(name))
    .map((name) => unknown(name, [...known.keys()]));
  for (const parameter of program.parameters) {
    const value = Object.hasOwn(values, parameter.name) ? values[parameter.name] : undefined;
    if (value !== undefined) problems.push(...checkValue(parameter, value));
    else if (parameter.default === undefined) problems.push(missing(parameter));
  }
  return sortDiagnostics(problems);
}

function unknown(name: string, known: readonly string[]): Diagnostic {
  const guess = nearest(name, known);
  const help = guess === undefined ? `known parameters: ${known.join(", ")}` : `did you mean ${guess}?`;
  return problem("unknown", name, `there is no parameter ${name}`, help);
}

function missing(parameter: Parameter): Diagnostic {
  const inEnvironment = parameter.environment === undefined ? "" : ` or set ${parameter.environment}`;
  return problem(
    "missing",
    parameter.name,
    `parameter ${parameter.name} has no value and no default`,
    `give it a value${inEnvironment}`,
  );
}

/** The first thing that is wrong with a value; the later ones would follow from it. */
export function checkValue(parameter: Parameter, value: JsonValue): Diagnostic[] {
  const { name, type, allowed, pattern, keys } = parameter;
  const seen = show(value);
  if (!HAS_TYPE[type](value))
    return [problem("type", name, `${name} is ${seen}, which is not ${TYPE_IN_WORDS[type]}`, `give it ${TYPE_IN_WORDS[type]}`)];
  if (allowed && !isAllowed(allowed, value)) {
    return [
      problem("not-allowed", name, `${name} is ${seen}, which is not allowed`, `use one of ${allowed.map(show).join(", ")}`),
    ];
  }
  if (keys !== undefined && isObject(value)) {
    const unknownKeys = Object.keys(value).filter((key) => !keys.includes(key));
    if (unknownKeys.length > 0) return unknownKeys.map((key) => unknownKey(name, key, keys));
  }
  const range = rangeOf(parameter, value);
  if (range !== undefined) return [problem("out-of-range", name, `${name} ${range.seen}`, `use ${range.words}`)];
  if (pattern !== undefined && typeof value === "string" && !new RegExp(pattern).test(value)) {
    return [
      problem(
        "pattern",
        name,
        `${name} is ${seen}, which does not match ${pattern}`,
        `${forInstance(parameter)}${meaning(parameter)}`,
      ),
    ];
  }
  return [];
}

function unknownKey(name: string, key: string, keys: readonly string[]): Diagnostic {
  const guess = nearest(key, keys);
  const help = guess === undefined ? `it takes ${[...keys].sort().join(", ")}` : `did you mean ${guess}?`;
  return problem("unknown-key", `${name}.${key}`, `${name} has no key ${key}`, help);
}

const HAS_TYPE: Record<ParameterType, (value: JsonValue) => boolean> = {
  string: (value) => typeof value === "string",
  int: (value) => Number.isSafeInteger(value),
  bool: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isObject,
};

const TYPE_IN_WORDS: Record<ParameterType, string> = {
  string: "a string",
  int: "an integer",
  bool: "true or false",
  array: "an array",
  object: "an object",
};

/** ARM holds an array to its allowed values item by item. */
function isAllowed(allowed: readonly JsonValue[], value: JsonValue): boolean {
  const among = (item: JsonValue) => allowed.some((candidate) => jsonEqual(candidate, item));
  return among(value) || (Array.isArray(value) && value.every(among));
}

function rangeOf({ minValue, maxValue, minLength, maxLength }: Parameter, value: JsonValue) {
  if (typeof value === "number") {
    if (value >= (minValue ?? -Infinity) && value <= (maxValue ?? Infinity)) return undefined;
    return { seen: `is ${value}`, words: between(minValue, maxValue) };
  }
  if (typeof value !== "string" && !Array.isArray(value)) return undefined;
  if (value.length >= (minLength ?? 0) && value.length <= (maxLength ?? Infinity)) return undefined;
  const unit = typeof value === "string" ? "characters" : "items";
  return { seen: `has ${value.length} ${unit}`, words: `${between(minLength, maxLength)} ${unit}` };
}

function between(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return `at most ${most}`;
  return most === undefined ? `at least ${least}` : `${least} to ${most}`;
}

function show(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A default that is written out is the best example of a pattern. */
function forInstance({ default: initial }: Parameter): string {
  return initial?.kind === "literal" && typeof initial.value === "string" && initial.value !== ""
    ? `for instance ${initial.value}: `
    : "";
}

/** What the parameter is for; names keep their capitals. */
function meaning({ description }: Parameter): string {
  const text = description.replace(/\.$/, "");
  return /^(?:[A-Z]+[a-z]*[A-Z]|Azure|Kubernetes)/.test(text) ? text : text.slice(0, 1).toLowerCase() + text.slice(1);
}

function problem(word: string, name: string, message: string, help: string): Diagnostic {
  return { code: `parameter.${word}`, severity: "error", message, at: `parameters.${name}`, help };
}
