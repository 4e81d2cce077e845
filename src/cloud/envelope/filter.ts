import type { Resource } from "../contract.ts";
import { faults } from "./faults.ts";

type Test = (resource: Resource) => boolean;

const EQUALS = /^\s*(\w+(?:\/\w+)?)\s+(eq|ne)\s+'((?:[^']|'')*)'\s*$/i;
const SUBSTRING = /^\s*substringof\(\s*'((?:[^']|'')*)'\s*,\s*(\w+)\s*\)(?:\s+eq\s+true)?\s*$/i;

/** What the `$filter` of resource lists can say: `eq`, `ne` and `substringof` joined by `and`, or by `or`. */
export function filterResources(resources: readonly Resource[], filter: string | null): Resource[] {
  if (filter === null || filter.trim() === "") return [...resources];
  const tests = filter.split(/\s+or\s+/i).map((part) => conjunction(part, filter));
  return resources.filter((resource) => tests.some((test) => test(resource)));
}

function conjunction(text: string, whole: string): Test {
  const clauses = text
    .split(/\s+and\s+/i)
    .map((clause) => clause.replace(/^\s*\(|\)\s*$/g, (bracket) => (clause.includes("substringof") ? bracket : "")));
  // A tag's name and value are two clauses about the same tag.
  const tagName = clauses.map((clause) => EQUALS.exec(clause)).find((match) => match?.[1]?.toLowerCase() === "tagname")?.[3];
  const tests = clauses.map((clause) => comparison(clause, tagName, whole));
  return (resource) => tests.every((test) => test(resource));
}

function comparison(clause: string, tagName: string | undefined, whole: string): Test {
  const substring = SUBSTRING.exec(clause);
  if (substring) {
    const [, part = "", field = ""] = substring;
    const of = reader(field, tagName);
    if (of !== undefined) return (resource) => of(resource)?.toLowerCase().includes(unquote(part).toLowerCase()) ?? false;
  }
  const equals = EQUALS.exec(clause);
  const [, field = "", operator = "", literal = ""] = equals ?? [];
  const of = reader(field, tagName);
  if (equals === null || of === undefined)
    throw faults.invalidContent(`the $filter '${whole}' is not supported at '${clause.trim()}'`, "$filter");
  const wanted = unquote(literal).toLowerCase();
  return (resource) => (of(resource)?.toLowerCase() === wanted) === (operator.toLowerCase() === "eq");
}

function reader(field: string, tagName: string | undefined): ((resource: Resource) => string | undefined) | undefined {
  switch (field.toLowerCase()) {
    case "name":
      return ({ name }) => name;
    case "resourcetype":
    case "type":
      return ({ type }) => type;
    case "location":
      return ({ location }) => location;
    case "resourcegroup":
      return ({ id }) => id.split("/")[4];
    case "tagname":
      return ({ tags }) => Object.keys(tags ?? {}).find((name) => name.toLowerCase() === tagName?.toLowerCase());
    case "tagvalue":
      return ({ tags }) =>
        Object.entries(tags ?? {}).find(([name]) => tagName === undefined || name.toLowerCase() === tagName.toLowerCase())?.[1];
    case "kind":
      return ({ kind }) => kind;
    default:
      return undefined;
  }
}

const unquote = (literal: string) => literal.replaceAll("''", "'");
