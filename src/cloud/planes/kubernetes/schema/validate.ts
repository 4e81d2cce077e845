import { isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import { isQuantity } from "./quantity.ts";
import type { Schema } from "./schema.ts";

export interface Problem {
  /** `spec.limits[0].type` */
  readonly field: string;
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueDuplicate"
    | "FieldValueTypeInvalid";
  readonly message: string;
}

export interface Checked {
  /** The object without nulls and without what the schema does not know. */
  readonly value: JsonObject;
  readonly problems: readonly Problem[];
  /** Fields that the schema does not know: `spec.limit`. */
  readonly unknown: readonly string[];
}

/** Holds an object to its schema. */
export function check(schema: Schema, object: JsonObject): Checked {
  const problems: Problem[] = [];
  const unknown: string[] = [];
  const value = walk(schema, object, "", problems, unknown);
  return { value: isObject(value) ? value : {}, problems, unknown };
}

export function invalid(field: string, value: JsonValue | undefined, message: string): Problem {
  return { field, reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value ?? null)}: ${message}` };
}

export function required(field: string, message = ""): Problem {
  return { field, reason: "FieldValueRequired", message: message === "" ? "Required value" : `Required value: ${message}` };
}

export function forbiddenField(field: string, message: string): Problem {
  return { field, reason: "FieldValueForbidden", message: `Forbidden: ${message}` };
}

export function notSupported(field: string, value: JsonValue | undefined, supported: readonly string[]): Problem {
  const values = supported.map((each) => JSON.stringify(each)).join(", ");
  return {
    field,
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(value ?? null)}: supported values: ${values}`,
  };
}

function walk(schema: Schema, value: JsonValue, at: string, problems: Problem[], unknown: string[]): JsonValue | undefined {
  const wrongType = (expected: string) => {
    const actual = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
    problems.push({ field: at, reason: "FieldValueTypeInvalid", message: `must be of type ${expected}: it is ${actual}` });
    return undefined;
  };
  switch (schema.kind) {
    case "any":
      return value;
    case "string":
      if (typeof value !== "string") return wrongType("string");
      if (schema.oneOf !== undefined && !schema.oneOf.includes(value)) problems.push(notSupported(at, value, schema.oneOf));
      return value;
    case "integer":
      return Number.isSafeInteger(value) ? value : wrongType("integer");
    case "boolean":
      return typeof value === "boolean" ? value : wrongType("boolean");
    case "quantity":
      if (typeof value !== "string" && typeof value !== "number") return wrongType("string");
      if (!isQuantity(String(value))) problems.push(invalid(at, value, "must be a quantity such as 500m, 2 or 10Gi"));
      return String(value);
    case "intOrString":
      return typeof value === "string" || Number.isSafeInteger(value) ? value : wrongType("integer or string");
    case "list":
      if (!Array.isArray(value)) return wrongType("array");
      return value
        .map((item, index) => walk(schema.items, item, `${at}[${index}]`, problems, unknown))
        .filter((item) => item !== undefined);
    case "map":
    case "struct":
      return isObject(value) ? members(schema, value, at, problems, unknown) : wrongType("object");
  }
}

function members(
  schema: Extract<Schema, { kind: "map" | "struct" }>,
  value: JsonObject,
  at: string,
  problems: Problem[],
  unknown: string[],
): JsonObject {
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    // A null is the same as nothing.
    if (member === undefined || member === null) continue;
    const inner = schema.kind === "map" ? schema.values : Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    const place = at === "" ? key : `${at}.${key}`;
    if (inner === undefined) unknown.push(place);
    else out[key] = walk(inner, member, place, problems, unknown);
  }
  if (schema.kind === "struct") {
    for (const key of schema.required ?? [])
      if (out[key] === undefined) problems.push(required(at === "" ? key : `${at}.${key}`));
  }
  return out;
}
