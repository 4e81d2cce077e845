import { assert } from "../base/index.ts";
import type { Node } from "./node.ts";
import { perProgram } from "./per-program.ts";
import type { ExistingResource, Program, Resource } from "./program.ts";
import { walk } from "./walk.ts";

/** From each name to the names that must come before it. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** For each resource, in order of declaration: its parent, its scope, what it refers to (also through variables) and its explicit dependencies. */
export const dependencies = perProgram((program): Graph => {
  const [referred, made] = [resourceReferences(program), makers(program)];
  return new Map(
    program.resources.map((resource) => [
      resource.symbol,
      new Set([...impliedBy(resource, referred, resource.body), ...resource.dependsOn].flatMap(made)),
    ]),
  );
});

/** What a resource's own text refers to, as Bicep sees it: such dependencies need no `dependsOn`. */
export function impliedDependencies(program: Program, resource: Resource): ReadonlySet<string> {
  return new Set(impliedBy(resource, resourceReferences(program), resource.body).flatMap(makers(program)));
}

/** The resources that are to be deployed before an existing one can be there: those that it lies in. */
export function existingDependencies(program: Program, existing: ExistingResource): ReadonlySet<string> {
  return new Set(makers(program)(existing.symbol));
}

/** The resources behind a symbol: itself, or, as nothing is deployed for an existing one, what that refers to in turn. */
const makers = perProgram((program): ((symbol: string) => string[]) => {
  const deployed = new Set(program.resources.map(({ symbol }) => symbol));
  const existing = new Map(program.existing.map((referent) => [referent.symbol, referent]));
  const referred = resourceReferences(program);
  const follow = (symbol: string, from: readonly string[]): string[] => {
    if (deployed.has(symbol)) return [symbol];
    const referent = existing.get(symbol);
    if (referent === undefined || from.includes(symbol)) return [];
    return impliedBy(referent, referred).flatMap((other) => follow(other, [...from, symbol]));
  };
  return (symbol) => follow(symbol, []);
});

function impliedBy(
  { parent, scope, name, condition }: ExistingResource,
  referred: (node: Node) => ReadonlySet<string>,
  body?: Node,
): string[] {
  const structure = [parent, scope].filter((symbol) => symbol !== undefined);
  const nodes = [name, condition, body].filter((node) => node !== undefined);
  return [...structure, ...nodes.flatMap((node) => [...referred(node)])];
}

/** Symbols of the resources that a node refers to, followed through variables. */
export function resourceReferences(program: Program): (node: Node) => ReadonlySet<string> {
  const variables = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  return (start) => {
    const found = new Set<string>();
    const seen = new Set<string>();
    const visit = (node: Node) =>
      walk(node, (inner) => {
        if (inner.kind === "resource") found.add(inner.symbol);
        if (inner.kind !== "variable" || seen.has(inner.name)) return;
        seen.add(inner.name);
        const value = variables.get(inner.name);
        if (value) visit(value);
      });
    visit(start);
    return found;
  };
}

/** Each name after all that it needs; otherwise in the order of the graph. The graph has no cycle, or it is our bug. */
export function topologicalOrder(graph: Graph): string[] {
  assert(findCycle(graph) === undefined, "only a graph without cycles has an order");
  const order = new Set<string>();
  const visit = (name: string) => {
    if (order.has(name)) return;
    for (const before of graph.get(name) ?? []) visit(before);
    order.add(name);
  };
  for (const name of graph.keys()) visit(name);
  return [...order];
}

/** The order of deployment; reversed, the order of removal. */
export function deploymentOrder(program: Program): string[] {
  return topologicalOrder(dependencies(program));
}

export function removalOrder(program: Program): string[] {
  return deploymentOrder(program).reverse();
}

/** The names of one cycle, the first repeated at the end: `["a", "b", "a"]`. */
export function findCycle(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] | undefined => {
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    if (done.has(name)) return undefined;
    path.push(name);
    for (const before of graph.get(name) ?? []) {
      const cycle = visit(before);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const cycle = visit(name);
    if (cycle) return cycle;
  }
  return undefined;
}
