import { assert } from "../base/index.ts";
import type { Node } from "./node.ts";
import type { Program, Resource } from "./program.ts";
import { walk } from "./walk.ts";

/** From each name to the names that must come before it. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** For each resource, in order of declaration: its parent, its scope, what it refers to (also through variables) and its explicit dependencies. */
export function dependencies(program: Program): Graph {
  const referred = resourceReferences(program);
  const declared = new Set(program.resources.map((resource) => resource.symbol));
  return new Map(
    program.resources.map((resource) => {
      const before = [...impliedBy(resource, referred), ...resource.dependsOn];
      return [resource.symbol, new Set(before.filter((symbol) => declared.has(symbol)))];
    }),
  );
}

/** What a resource's own text refers to, as Bicep sees it: such dependencies need no `dependsOn`. */
export function impliedDependencies(program: Program, resource: Resource): ReadonlySet<string> {
  return new Set(impliedBy(resource, resourceReferences(program)));
}

function impliedBy(resource: Resource, referred: (node: Node) => ReadonlySet<string>): string[] {
  const structure = [resource.parent, resource.scope].filter((symbol) => symbol !== undefined);
  const nodes = [resource.name, ...(resource.condition ? [resource.condition] : []), resource.body];
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
