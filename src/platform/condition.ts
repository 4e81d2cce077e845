import { and, type Input } from "../ir/index.ts";

/** What is there only if all of the conditions hold that are given; without any it is always there. */
export function onlyIf(...conditions: readonly (Input<boolean> | undefined)[]): { readonly condition?: Input<boolean> } {
  const [first, second, ...more] = conditions.filter((condition) => condition !== undefined);
  if (first === undefined) return {};
  return { condition: second === undefined ? first : and(first, second, ...more) };
}
