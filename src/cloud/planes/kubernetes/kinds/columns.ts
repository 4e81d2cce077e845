import { asObject, asObjects, isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import type { Column } from "./kind.ts";

/** `a.b` below an object. */
export function at(object: JsonValue | undefined, path: string): JsonValue | undefined {
  return path.split(".").reduce<JsonValue | undefined>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

export function objectAt(object: JsonValue | undefined, path: string): JsonObject {
  return asObject(at(object, path));
}

export function textAt(object: JsonValue | undefined, path: string): string {
  const value = at(object, path);
  return typeof value === "string" ? value : "";
}

export function numberAt(object: JsonValue | undefined, path: string): number | undefined {
  const value = at(object, path);
  return typeof value === "number" ? value : undefined;
}

export function objectsAt(object: JsonValue | undefined, path: string): JsonObject[] {
  return asObjects(at(object, path));
}

export const NAME: Column = { name: "Name", type: "string", format: "name", value: (object) => textAt(object, "metadata.name") };

/** The client works the age out by itself when it prints objects; in a table the server says it. */
export const AGE: Column = {
  name: "Age",
  type: "string",
  value: (object, nowMs) => age(nowMs - Date.parse(textAt(object, "metadata.creationTimestamp"))),
};

export function column(name: string, value: Column["value"], priority: 0 | 1 = 0): Column {
  return { name, type: "string", priority, value };
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

export function age(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= 2 * length) ?? UNITS[3];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}
