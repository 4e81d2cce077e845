import type { JsonObject } from "../../base/index.ts";
import { evaluateValue, expandCopy, readPropertyCopies } from "./evaluate.ts";
import { at } from "./fault.ts";
import { lazyValues } from "./lazy-values.ts";
import type { Scope } from "./scope.ts";
import { entriesOf } from "./values.ts";

/** Variables are evaluated when they are used; those of the section's own `copy` are arrays. */
export function resolveVariables(variables: JsonObject, scope: () => Scope): Scope["variable"] {
  const plain = new Map(entriesOf(variables).map(([name, value]) => [name.toLowerCase(), value]));
  const copies = readPropertyCopies(plain.get("copy"));
  const loops = new Map((copies ?? []).map((copy) => [copy.name.toLowerCase(), copy]));
  return lazyValues("variable", (key) => {
    const loop = loops.get(key);
    if (loop !== undefined) return at(`variables.${loop.name}`, () => expandCopy(loop, scope()));
    const value = plain.get(key);
    return value === undefined ? undefined : at(`variables.${key}`, () => evaluateValue(value, scope()));
  });
}
