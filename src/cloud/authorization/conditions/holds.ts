import type { AttributeValues } from "../../contract.ts";
import { matchesAction } from "../permissions.ts";
import { type Condition, OPERATORS } from "./condition.ts";

/** What a condition is held against. */
export interface Circumstances {
  readonly action: string;
  readonly request: AttributeValues;
  readonly resource: AttributeValues;
}

/** Whether a condition is fulfilled. An attribute that is not there fulfils no comparison. */
export function holds(condition: Condition, circumstances: Circumstances): boolean {
  switch (condition.kind) {
    case "and":
      return condition.parts.every((part) => holds(part, circumstances));
    case "or":
      return condition.parts.some((part) => holds(part, circumstances));
    case "not":
      return !holds(condition.of, circumstances);
    case "action":
      return matchesAction(condition.pattern, circumstances.action);
    case "exists":
      return circumstances[condition.attribute.source][condition.attribute.name] !== undefined;
    case "compare": {
      const { attribute, comparison, values } = condition;
      const actual = circumstances[attribute.source][attribute.name];
      if (actual === undefined) return false;
      const fits = (value: string) => OPERATORS[comparison.operator](actual, value);
      return comparison.over === "any" ? values.some(fits) : values.every(fits);
    }
  }
}
