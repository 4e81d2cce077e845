import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { evaluateText } from "./evaluate.ts";
import { invalidTemplate } from "./fault.ts";
import type { Scope } from "./scope.ts";
import { member } from "./values.ts";

export function readText(declaration: JsonObject, name: string, scope: Scope, place: string): string | undefined {
  const declared = member(declaration, name);
  if (declared === undefined || declared === null) return undefined;
  const value = typeof declared === "string" ? evaluateText(declared, scope) : declared;
  if (typeof value !== "string")
    throw invalidTemplate(`the ${name} of resource '${place}' is ${JSON.stringify(value)}; expected a string`, name);
  return value;
}

export function required(value: string | undefined, name: string, place: string): string {
  if (value === undefined || value === "") throw invalidTemplate(`the resource '${place}' has no ${name}`, name);
  return value;
}

export function readCondition(declaration: JsonObject, scope: Scope, place: string): boolean {
  const declared = member(declaration, "condition");
  if (declared === undefined) return true;
  const value = typeof declared === "string" ? evaluateText(declared, scope) : declared;
  if (typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (typeof value !== "boolean")
    throw invalidTemplate(`the condition of resource '${place}' is ${JSON.stringify(value)}; expected a boolean`, "condition");
  return value;
}

export function readOptions(declaration: JsonObject, place: string): boolean {
  const options = member(declaration, "@options");
  if (options === undefined) return false;
  if (!isObject(options)) throw invalidTemplate(`the @options of resource '${place}' is not an object`, "@options");
  const unknown = Object.keys(options).find((name) => name !== "onlyIfNotExists");
  if (unknown !== undefined)
    throw invalidTemplate(`the option '${unknown}' of resource '${place}' is not supported; only onlyIfNotExists is`, "@options");
  return options.onlyIfNotExists === true;
}

export function readDependsOn(declaration: JsonObject, place: string): JsonValue[] {
  const dependsOn = member(declaration, "dependsOn");
  if (dependsOn === undefined) return [];
  if (!Array.isArray(dependsOn)) throw invalidTemplate(`the dependsOn of resource '${place}' is not an array`, "dependsOn");
  return dependsOn;
}

export function readBatchSize(copy: JsonObject, scope: Scope, loop: string): number | undefined {
  const mode = typeof copy.mode === "string" ? copy.mode.toLowerCase() : (copy.mode ?? "parallel");
  if (mode === "parallel") return undefined;
  if (mode !== "serial")
    throw invalidTemplate(`the mode of copy loop '${loop}' is ${JSON.stringify(copy.mode)}; expected 'serial' or 'parallel'`);
  const size = typeof copy.batchSize === "string" ? evaluateText(copy.batchSize, scope) : (copy.batchSize ?? 1);
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1)
    throw invalidTemplate(`the batchSize of copy loop '${loop}' is ${JSON.stringify(size)}; expected an integer of 1 or more`);
  return size;
}
