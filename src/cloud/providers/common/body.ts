import { asObject, asObjects, isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import { badRequest } from "./faults.ts";

/** Reads `a.b.c` below an object; a JSON null is the same as absent, as it is for ARM. */
export function at(body: JsonValue | undefined, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = body;
  for (const key of path.split(".")) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value === null ? undefined : value;
}

export function textAt(body: JsonValue | undefined, path: string): string | undefined {
  const value = at(body, path);
  return typeof value === "string" ? value : undefined;
}

export function numberAt(body: JsonValue | undefined, path: string): number | undefined {
  const value = at(body, path);
  return typeof value === "number" ? value : undefined;
}

export function flagAt(body: JsonValue | undefined, path: string): boolean | undefined {
  const value = at(body, path);
  return typeof value === "boolean" ? value : undefined;
}

/** An empty object when absent, so callers can read on. */
export function objectAt(body: JsonValue | undefined, path: string): JsonObject {
  return asObject(at(body, path));
}

export function listAt(body: JsonValue | undefined, path: string): readonly JsonValue[] {
  const value = at(body, path);
  return Array.isArray(value) ? value : [];
}

export function objectsAt(body: JsonValue | undefined, path: string): JsonObject[] {
  return asObjects(at(body, path));
}

export function textsAt(body: JsonValue | undefined, path: string): string[] {
  return listAt(body, path).filter((item) => typeof item === "string");
}

/** Completes what the client sent, recursively; lists and values that were sent win over defaults. */
export function withDefaults(given: JsonObject, defaults: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(given)) if (value !== null && value !== undefined) out[key] = value;
  for (const [key, fallback] of Object.entries(defaults)) {
    const value = out[key];
    if (value === undefined) out[key] = fallback;
    else if (isObject(value) && isObject(fallback)) out[key] = withDefaults(value, fallback);
  }
  return out;
}

/** `within`: where `body` stands in the request, so that the message names the whole path. */
export function requireText(body: JsonObject, path: string, code: string, within?: string): string {
  const value = textAt(body, path);
  const place = placeOf(path, within);
  if (value === undefined || value === "") throw badRequest(code, `${place} is missing; it is required`, place);
  return value;
}

/** Enums are compared without regard to case, as most resource providers do. */
export function requireOneOf(body: JsonObject, path: string, allowed: readonly string[], code: string, within?: string): void {
  const value = at(body, path);
  if (value === undefined) return;
  if (typeof value === "string" && allowed.some((word) => word.toLowerCase() === value.toLowerCase())) return;
  const place = placeOf(path, within);
  throw badRequest(code, `${place} is ${JSON.stringify(value)}; it must be one of ${allowed.join(", ")}`, place);
}

export function requireBetween(body: JsonObject, path: string, least: number, most: number, code: string, within?: string): void {
  const value = at(body, path);
  if (value === undefined) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  const place = placeOf(path, within);
  throw badRequest(code, `${place} is ${JSON.stringify(value)}; it must be a whole number from ${least} to ${most}`, place);
}

const placeOf = (path: string, within: string | undefined) => (within === undefined ? path : `${within}.${path}`);
