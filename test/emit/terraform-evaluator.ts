import { Buffer } from "node:buffer";
import { v5 } from "uuid";
import { isObject, type JsonValue } from "../../src/base/index.ts";
import { parseTemplate, type Raw, type Syntax, showNumbered } from "./terraform-reader.ts";

/** What a name stands for: `resolve(["var", "location"])`; it takes the names it needs and leaves the rest. */
export type Resolve = (path: readonly (string | number)[]) => Promise<{ value: JsonValue; rest: readonly (string | number)[] }>;

/**
 * Computes what Terraform would, for the part of the language that the printer uses. Where Terraform would convert a value on
 * the way (the branches of a condition, items of a list, structures that are compared) it throws instead: printed text must
 * not depend on that.
 */
export async function evaluate(raw: Raw, resolve: Resolve): Promise<JsonValue> {
  if (typeof raw === "string") {
    const { syntax, source } = await parseTemplate(raw);
    const isHere = source.startsWith("<<");
    const value = await createEvaluator(source, resolve, isHere ? syntax : undefined)(syntax);
    return isHere && typeof value === "string" ? value.replace(/\n$/, "") : value;
  }
  if (Array.isArray(raw)) return Promise.all(raw.map((item) => evaluate(item, resolve)));
  if (raw === null || typeof raw !== "object") return raw;
  const members = await Promise.all(
    Object.entries(raw).map(
      async ([key, value]) => [text(await evaluate(key, resolve)), await evaluate(value, resolve)] as const,
    ),
  );
  return Object.fromEntries(members);
}

/** Addresses and locals that a value names. */
export async function namesIn(raw: Raw): Promise<string[]> {
  if (typeof raw === "string") return syntaxNames((await parseTemplate(raw)).syntax);
  if (raw === null || typeof raw !== "object") return [];
  const parts = Array.isArray(raw) ? raw : Object.entries(raw).flat();
  return (await Promise.all(parts.map(namesIn))).flat();
}

function syntaxNames(syntax: Syntax): string[] {
  const own = syntax.type === "scopeTraversal" ? [pathOf(syntax).slice(0, 2).join(".")] : [];
  return [...own, ...syntax.children.flatMap(syntaxNames)];
}

function pathOf({ meta }: Syntax): (string | number)[] {
  const traversal = (meta?.traversal ?? []) as { type: string; segment: string }[];
  return traversal.map(({ type, segment }) => (type === "indexTraversal" ? indexOf(segment) : segment));
}

const indexOf = (segment: string) => (segment.startsWith('"') ? showNumbered(segment.slice(1, -1)) : Number(segment));

type Go = (syntax: Syntax) => Promise<JsonValue>;

/** In a here document backslashes are backslashes. */
function createEvaluator(source: string, resolve: Resolve, hereDocument?: Syntax): Go {
  const bytes = Buffer.from(source);
  const textAt = ({ range }: Syntax) => bytes.subarray(range.start.byte, range.end.byte).toString();

  const go: Go = async (syntax) => {
    const { type, children, meta } = syntax;
    const [first, second, third] = children;
    switch (type) {
      case "":
        return first ? go(first) : textAt(syntax);
      case "literalValue":
        return JSON.parse(String(meta?.value)) as JsonValue;
      case "template":
        return (await Promise.all(children.map((part) => templatePart(part, syntax === hereDocument)))).join("");
      case "templateWrap":
        return go(known(first));
      case "tuple":
        return Promise.all(children.map(go));
      case "object": {
        const entries = Array.from(
          { length: children.length / 2 },
          (_, at) => [known(children[2 * at]), known(children[2 * at + 1])] as const,
        );
        return Object.fromEntries(
          await Promise.all(entries.map(async ([key, value]) => [text(await go(key)), await go(value)] as const)),
        );
      }
      case "scopeTraversal": {
        const { value, rest } = await resolve(pathOf(syntax));
        return follow(value, rest);
      }
      case "relativeTraversal":
        return follow(await go(known(first)), pathOf(syntax));
      case "index":
        return follow(await go(known(first)), [(await go(known(second))) as string | number]);
      case "splat":
        return splat(await go(known(first)), known(second));
      case "conditional":
        return conditional(
          await go(known(first)),
          () => go(known(second)),
          () => go(known(third)),
        );
      case "unaryOp": {
        const value = await go(known(first));
        return meta?.operator === "negate" ? -(value as number) : !bool(value);
      }
      case "binaryOp":
        return operation(String(meta?.operator), await go(known(first)), await go(known(second)));
      case "function": {
        if (meta?.name === "can")
          return go(known(first)).then(
            () => true,
            () => false,
          );
        const args = await Promise.all(children.map(go));
        return invoke(String(meta?.name), meta?.expandedFinalArgument ? [...args.slice(0, -1), ...list(args.at(-1))] : args);
      }
      case "for":
        return comprehension(syntax);
      default:
        throw new Error(`the printer uses ${type}: ${textAt(syntax)}`);
    }
  };

  const templatePart = async (part: Syntax, isHere: boolean): Promise<string> => {
    if (part.type === "literalValue" && part.meta?.type === "string") return unescape(String(part.meta.value), isHere);
    const value = await go(part);
    if (typeof value !== "string" && typeof value !== "number")
      throw new Error(`${JSON.stringify(value)} is joined into a text: ${source}`);
    return String(value);
  };

  const splat = (of: JsonValue, each: Syntax) => list(of).map((item) => follow(item, pathOf(each)));

  /** `[for item in list : value]` and `{ for key, item in object : key => value if test }`. */
  const comprehension = async ({ children, meta }: Syntax): Promise<JsonValue> => {
    const over = await go(known(children[0]));
    const entries = Array.isArray(over) ? over.map((item, at) => [at, item] as const) : Object.entries(record(over));
    const isObjectMade = meta?.openRangeValue === "{";
    const [key, value, test] = isObjectMade ? children.slice(1) : [undefined, ...children.slice(1)];
    const made = await Promise.all(
      entries.map(async ([at, item]) => {
        const inner = createEvaluator(source, async (path) => {
          if (path[0] === meta?.valVar) return { value: item, rest: path.slice(1) };
          return path[0] === meta?.keyVar ? { value: at, rest: path.slice(1) } : resolve(path);
        });
        if (test && !bool(await inner(test))) return [];
        return [[key ? text(await inner(key)) : "", await inner(known(value))] as const];
      }),
    );
    return isObjectMade ? Object.fromEntries(made.flat()) : made.flat().map(([, item]) => item);
  };

  return go;
}

function known(syntax: Syntax | undefined): Syntax {
  if (!syntax) throw new Error("the parser left a part out");
  return syntax;
}

function unescape(text: string, isHere: boolean): string {
  if (isHere) return showNumbered(text.replace(/([$%])\1\{/g, "$1{"));
  const plain = text.replace(/\\u([0-9a-fA-F]{4})|\\(.)|([$%])\3\{/gs, (_, code?: string, sign?: string, start?: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return sign === undefined ? `${start}{` : (SIGNS[sign] ?? sign);
  });
  return showNumbered(plain);
}

const SIGNS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function follow(value: JsonValue, path: readonly (string | number)[]): JsonValue {
  return path.reduce<JsonValue>((of, key) => {
    const found = Array.isArray(of) ? of[Number(key)] : isObject(of) && Object.hasOwn(of, key) ? of[key] : undefined;
    if (found === undefined) throw new Error(`${JSON.stringify(of)} has no ${key}`);
    return found;
  }, value);
}

/** The branch that is not taken may fail; what it is must still go with the other. */
async function conditional(
  test: JsonValue,
  consequent: () => Promise<JsonValue>,
  alternate: () => Promise<JsonValue>,
): Promise<JsonValue> {
  const taken = await (bool(test) ? consequent : alternate)();
  const other = await (bool(test) ? alternate : consequent)().catch(() => null);
  if (taken !== null && other !== null && !goTogether(taken, other))
    throw new Error(`branches of two types: ${JSON.stringify([taken, other])}`);
  return taken;
}

function goTogether(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length + b.length <= 1) return true;
    const shapes = [...a, ...b].map((item) =>
      isObject(item)
        ? Object.entries(item)
            .map(([key, value]) => `${key}:${simpleType(value)}`)
            .toSorted()
            .join()
        : simpleType(item),
    );
    return new Set(shapes).size <= 1;
  }
  if (isObject(a) && isObject(b)) {
    const [one, other] = [a, b].map((object) =>
      Object.entries(object)
        .map(([key, value]) => `${key}:${simpleType(value)}`)
        .toSorted()
        .join(),
    );
    return one === other;
  }
  return simpleType(a) === simpleType(b);
}

function simpleType(value: JsonValue | undefined): string {
  if (value === null || typeof value === "object") throw new Error(`${JSON.stringify(value)} would be converted`);
  return typeof value;
}

function operation(operator: string, a: JsonValue, b: JsonValue): JsonValue {
  switch (operator) {
    case "logicalAnd":
      return bool(a) && bool(b);
    case "logicalOr":
      return bool(a) || bool(b);
    case "equal":
      return same(a, b);
    case "notEqual":
      return !same(a, b);
    default: {
      const compute = ARITHMETIC[operator];
      if (!compute || typeof a !== "number" || typeof b !== "number")
        throw new Error(`${JSON.stringify(a)} ${operator} ${JSON.stringify(b)}`);
      return compute(a, b);
    }
  }
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => JsonValue>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b + 0,
  greaterThan: (a, b) => a > b,
  greaterThanOrEqual: (a, b) => a >= b,
  lessThan: (a, b) => a < b,
  lessThanOrEqual: (a, b) => a <= b,
};

function same(a: JsonValue, b: JsonValue): boolean {
  const isStructure = (value: JsonValue) => value !== null && typeof value === "object";
  if (a !== null && b !== null && (isStructure(a) || isStructure(b)))
    throw new Error("structures are compared, which Terraform does by type as well");
  return a === b;
}

function bool(value: JsonValue | undefined): boolean {
  if (typeof value !== "boolean") throw new Error(`${JSON.stringify(value)} is not true or false`);
  return value;
}

function list(value: JsonValue | undefined): JsonValue[] {
  if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)} is not a list`);
  return value;
}

function record(value: JsonValue): { readonly [key: string]: JsonValue } {
  if (!isObject(value)) throw new Error(`${JSON.stringify(value)} is not an object`);
  return value as { readonly [key: string]: JsonValue };
}

export function text(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw new Error(`${JSON.stringify(value)} is not a text`);
  return value;
}

function number(value: JsonValue | undefined): number {
  if (typeof value !== "number") throw new Error(`${JSON.stringify(value)} is not a number`);
  return value;
}

type Implementation = (...args: (JsonValue | undefined)[]) => JsonValue;

/** Terraform's functions, from their documentation. */
const FUNCTIONS: Readonly<Record<string, Implementation>> = {
  lower: (value) => text(value).toLowerCase(),
  substr: (value, start, length) => text(value).slice(number(start), length === -1 ? undefined : number(start) + number(length)),
  replace: (value, from, to) => {
    if (/^\/.+\/$/s.test(text(from))) throw new Error("replace with a regular expression");
    return text(value).split(text(from)).join(text(to));
  },
  join: (separator, items) => list(items).map(text).join(text(separator)),
  split: (separator, value) => text(value).split(text(separator)),
  tostring: (value) => (typeof value === "string" ? value : String(number(value))),
  cidrhost: (range, index) => {
    const [address = "", length = ""] = text(range).split("/");
    const number = address.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
    const host = number - (number % 2 ** (32 - Number(length))) + Number(index);
    return [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join(".");
  },
  base64encode: (value) => Buffer.from(text(value)).toString("base64"),
  jsondecode: (value) => JSON.parse(text(value)) as JsonValue,
  jsonencode: (value) =>
    JSON.stringify(value, (_, inner: JsonValue) =>
      isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
    ),
  uuidv5: (namespace, name) => v5(new TextEncoder().encode(text(name)), text(namespace)),
  coalesce: (...values) => values.find((value) => value !== null && value !== "") ?? null,
  concat: (...lists) => lists.flatMap(list),
  distinct: (items) => {
    if (new Set(list(items).map(simpleType)).size > 1) throw new Error("distinct() of items of several types");
    return [...new Set(list(items))];
  },
  slice: (items, from, to) => list(items).slice(number(from), number(to)),
  merge: (...objects) => {
    if (!objects.every((object) => object === null || (object !== undefined && isObject(object))))
      fail("merge of what is no object");
    return Object.assign({}, ...objects) as JsonValue;
  },
  lookup: (object, key, otherwise) => {
    const members = record(object ?? null);
    return Object.hasOwn(members, text(key)) ? (members[text(key)] ?? null) : (otherwise ?? null);
  },
  keys: (object) => (isObject(object) ? Object.keys(object).toSorted() : fail("keys of what is no object")),
  setsubtract: (items, others) => list(items).filter((item) => !list(others).some((other) => other === item)),
  contains: (items, value) => list(items).some((item) => item !== null && typeof item !== "object" && item === value),
  strcontains: (value, part) => text(value).includes(text(part)),
  length: (value) =>
    Array.isArray(value) || typeof value === "string"
      ? value.length
      : isObject(value)
        ? Object.keys(value).length
        : fail("length of null"),
  min: (...numbers) => Math.min(...numbers.map(number)),
  max: (...numbers) => Math.max(...numbers.map(number)),
  floor: (value) => Math.floor(number(value)),
  alltrue: (items) => list(items).every(bool),
  one: (items) => (list(items).length > 1 ? fail("one() of several") : (list(items)[0] ?? null)),
  regex: (pattern, value) => new RegExp(text(pattern), "u").exec(text(value))?.[0] ?? fail("no match"),
};

function fail(message: string): never {
  throw new Error(message);
}

function invoke(name: string, args: readonly JsonValue[]): JsonValue {
  const implementation = FUNCTIONS[name];
  if (!implementation) throw new Error(`the printer uses ${name}()`);
  return implementation(...args);
}
