import { isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import { invalid } from "./fault.ts";
import type { MetricValue } from "./records.ts";

/**
 * Reads a request's fields, from the query and the JSON body together: clients send GET parameters in either. The JSON
 * is protobuf's, where a 64-bit integer may be a text and NaN is one.
 */
export class Params {
  readonly #fields: Readonly<JsonObject>;

  constructor(fields: JsonObject) {
    this.#fields = fields;
  }

  get(name: string): JsonValue | undefined {
    const value = this.#fields[name];
    return value === null ? undefined : value;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined || value === "") throw invalid(`missing value for required parameter '${name}'`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    throw invalid(`${name} is ${JSON.stringify(value)}; it must be text`);
  }

  integer(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined || value === "") return undefined;
    const number = typeof value === "string" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isInteger(number))
      throw invalid(`${name} is ${JSON.stringify(value)}; it must be an integer`);
    return number;
  }

  boolean(name: string): boolean {
    const value = this.get(name);
    return value === true || value === "true";
  }

  /** Page sizes: between 1 and `most`. */
  maxResults(byDefault: number, most: number): number {
    const value = this.integer("max_results") ?? byDefault;
    if (value < 1 || value > most) throw invalid(`max_results is ${value}; it must be between 1 and ${most}`);
    return value;
  }

  texts(name: string): string[] {
    const value = this.get(name) ?? [];
    const list = Array.isArray(value) ? value : [value];
    return list.map((item) => {
      if (typeof item !== "string") throw invalid(`${name} must hold texts`);
      return item;
    });
  }

  objects(name: string): Params[] {
    const value = this.get(name) ?? [];
    if (!Array.isArray(value) || !value.every(isObject)) throw invalid(`${name} must be a list of objects`);
    return value.filter(isObject).map((item) => new Params(item));
  }

  metricValue(name: string): MetricValue {
    const value = this.get(name);
    if (value === "NaN" || value === "Infinity" || value === "-Infinity") return value;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || Number.isNaN(number))
      throw invalid(`${name} is ${JSON.stringify(value)}; it must be a number`);
    return number;
  }

  /** A list of `{key, value}`, as MLflow sends tags. */
  pairs(name: string): { key: string; value: string }[] {
    return this.objects(name).map((pair) => ({ key: pair.text("key"), value: pair.optionalText("value") ?? "" }));
  }
}

export function toRecord(pairs: readonly { readonly key: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

export function toPairs(record: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
