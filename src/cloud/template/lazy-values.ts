import type { JsonValue } from "../../base/index.ts";
import { ExpressionFault } from "./fault.ts";

/** Named values that are computed when first asked for, once; a value that needs itself is refused. */
export function lazyValues(what: string, compute: (key: string) => JsonValue | undefined): (name: string) => JsonValue {
  const known = new Map<string, JsonValue>();
  const open: string[] = [];
  return (name) => {
    const key = name.toLowerCase();
    const value = known.get(key);
    if (value !== undefined) return value;
    if (open.includes(key))
      throw new ExpressionFault(
        `circular dependency detected between ${what}s: ${[...open.slice(open.indexOf(key)), key].join(" -> ")}`,
      );
    open.push(key);
    try {
      const computed = compute(key);
      if (computed === undefined) throw new ExpressionFault(`the template ${what} '${name}' is not found`);
      known.set(key, computed);
      return computed;
    } finally {
      open.pop();
    }
  };
}
