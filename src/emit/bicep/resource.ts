import { impliedDependencies, type LoopPlace, literalKey, type Node, type Resource } from "../../ir/index.ts";
import { type Doc, hardline, indent, join } from "../doc/index.ts";
import type { BicepContext } from "./context.ts";
import { object } from "./expression.ts";
import { comment, decorated } from "./layout.ts";
import { propertyName, quote } from "./quote.ts";

/** `within` prints what is there only with the resource. */
export function resourceDoc(
  context: BicepContext,
  resource: Resource,
  printer: (node: Node) => Doc,
  within: (node: Node) => Doc,
): Doc {
  const { symbol, concern, parent, scope, condition } = resource;
  const called = (other: string) => lineIn(context, concern, other);
  const own = ownOrder(context, [resource]).map(called);
  const place = placeMembers(parent && called(parent), scope && called(scope));
  const body = bodyDoc(resource, place, own, within);
  return declarationDoc(symbol, resource, conditional(condition && printer(condition), body));
}

export const conditional = (condition: Doc | undefined, value: Doc): Doc =>
  condition === undefined ? value : ["if (", condition, ") ", value];

/** What a resource declaration says before its value. */
export function declarationDoc(
  name: string,
  { comment: text, onlyIfNotExists, type, apiVersion }: Omit<Resource, "symbol" | "parent" | "scope" | "dependsOn">,
  value: Doc,
): Doc {
  const decorators = [...(text === undefined ? [] : comment(text)), ...(onlyIfNotExists ? ["@onlyIfNotExists()"] : [])];
  return decorated(decorators, [`resource ${name} ${quote(`${type}@${apiVersion}`)} = `, value]);
}

export function bodyDoc(
  { name, body }: Pick<Resource, "name" | "body">,
  place: readonly Doc[],
  dependsOn: readonly string[],
  printer: (node: Node) => Doc,
): Doc {
  return object([
    ...place,
    ["name: ", printer(name)],
    ...(body.kind === "object"
      ? body.entries.map(([key, value]): Doc => [propertyName(literalKey(key) ?? ""), ": ", printer(value)])
      : []),
    ...(dependsOn.length === 0 ? [] : [["dependsOn: [", indent([hardline, join(hardline, dependsOn)]), hardline, "]"]]),
  ]);
}

/** What resources of a module wait for in it although nothing of them shows it. */
export function ownOrder({ program, placement }: BicepContext, resources: readonly Resource[]): string[] {
  const implied = new Set(resources.flatMap((resource) => [...impliedDependencies(program, resource)]));
  return resources.flatMap(({ dependsOn, concern }) =>
    dependsOn.filter((other) => placement.concernOf(other) === concern && !implied.has(other)),
  );
}

export function placeMembers(parent: Doc | undefined, scope: Doc | undefined): Doc[] {
  return [...(parent === undefined ? [] : [["parent: ", parent]]), ...(scope === undefined ? [] : [["scope: ", scope]])];
}

/** How a module calls a resource: by its symbol or, if a loop of the module makes it, by its place among those. */
export function nameIn(context: BicepContext, concern: string, symbol: string): string {
  const place = placeIn(context, concern, symbol);
  return place === undefined ? symbol : `${place.loop.loop.name}[${place.index}]`;
}

/** The same at the end of a line, where a comment says which row the number stands for. */
function lineIn(context: BicepContext, concern: string, symbol: string): string {
  const place = placeIn(context, concern, symbol);
  const name = nameIn(context, concern, symbol);
  return place === undefined ? name : `${name} // ${place.key.replace(/\s+/g, " ")}`;
}

const placeIn = ({ places, placement }: BicepContext, concern: string, symbol: string): LoopPlace | undefined =>
  placement.concernOf(symbol) === concern ? places.get(symbol) : undefined;
