import { asString, type JsonObject } from "../../../../base/index.ts";
import { at, objectAt, objectsAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";
import { badRequest } from "../wire/refusal.ts";

export type Selector = (object: JsonObject) => boolean;

/** `labelSelector` and `fieldSelector` of a list or a watch. */
export function selectorOf(kind: Kind, query: URLSearchParams): Selector {
  const labels = labelSelector(query.get("labelSelector") ?? "");
  const fields = fieldSelector(kind, query.get("fieldSelector") ?? "");
  return (object) => labels(object) && fields(object);
}

const KEY = String.raw`([A-Za-z0-9][-A-Za-z0-9_.]*(?:/[-A-Za-z0-9_.]+)?)`;
const IN_SET = new RegExp(String.raw`^${KEY}\s+(in|notin)\s+\(([^()]*)\)$`);
const EQUALS = new RegExp(String.raw`^${KEY}\s*(=|==|!=)\s*([-A-Za-z0-9_.]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*${KEY}$`);

function labelSelector(text: string): Selector {
  // A comma inside parentheses parts values, not requirements.
  const requirements = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  const tests = requirements.filter((part) => part !== "").map(requirement);
  return (object) => tests.every((test) => test(objectAt(object, "metadata.labels")));
}

/** A selector as objects hold it: labels that must be equal, and expressions. An empty one takes everything. */
export function matchesSelector(selector: JsonObject, labels: JsonObject): boolean {
  const equal = Object.entries(objectAt(selector, "matchLabels")).every(([key, value]) => labels[key] === value);
  return equal && objectsAt(selector, "matchExpressions").every((expression) => matchesExpression(expression, labels));
}

function matchesExpression({ key, operator, values }: JsonObject, labels: JsonObject): boolean {
  const value = labels[asString(key)];
  const listed = Array.isArray(values) && value !== undefined && values.includes(value);
  switch (operator) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}

function requirement(text: string): (labels: JsonObject) => boolean {
  const [, setKey = "", operator, values = ""] = IN_SET.exec(text) ?? [];
  if (operator !== undefined) {
    const allowed = values.split(",").map((value) => value.trim());
    return (labels) => allowed.includes(asString(labels[setKey])) === (operator === "in");
  }
  const [, key = "", sign, value] = EQUALS.exec(text) ?? [];
  if (sign !== undefined) return (labels) => (labels[key] === value) === (sign !== "!=");
  const [, not, name] = EXISTS.exec(text) ?? [];
  if (name !== undefined) return (labels) => (labels[name] !== undefined) === (not === "");
  throw badRequest(`unable to parse requirement: ${JSON.stringify(text)} is no label selector`);
}

function fieldSelector(kind: Kind, text: string): Selector {
  const known = ["metadata.name", ...(kind.namespaced ? ["metadata.namespace"] : []), ...(kind.selectable ?? [])];
  const tests = text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => {
      const [, field = "", sign, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
      if (sign === undefined) throw badRequest(`invalid selector: ${JSON.stringify(part)}; can't understand it`);
      if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`);
      return (object: JsonObject) => (asString(at(object, field)) === value) === (sign !== "!=");
    });
  return (object) => tests.every((test) => test(object));
}
