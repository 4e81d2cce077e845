import { dependencies, type Graph, type Node, type Program, type Resource, topologicalOrder, walk } from "../../ir/index.ts";

/** Which file each declaration goes to. A variable that one concern alone uses lives in that concern's module. */
export interface Placement {
  /** In an order in which each needs only earlier ones. */
  readonly concerns: readonly string[];
  concernOf(symbol: string): string;
  resourcesOf(concern: string): readonly Resource[];
  /** What the module is deployed to when it is not the resource group; it then holds nothing else. */
  targetOf(concern: string): Resource["at"];
  /** The concern that has the variable to itself, or `undefined`: it is in the main file. */
  homeOf(variable: string): string | undefined;
}

/** The concern graph has no cycle (`concernGraph` and `findCycle` tell). */
export function placeDeclarations(program: Program): Placement {
  const concerns = new Map(program.resources.map((resource) => [resource.symbol, resource.concern]));
  const users = variableUsers(program);
  const targets = new Map(program.resources.map(({ concern, at }) => [concern, at]));
  return {
    concerns: topologicalOrder(concernGraph(program)),
    concernOf: (symbol) => concerns.get(symbol) ?? "",
    resourcesOf: (concern) => program.resources.filter((resource) => resource.concern === concern),
    targetOf: (concern) => targets.get(concern),
    homeOf: (variable) => {
      const [only, ...others] = users.get(variable) ?? [];
      // elsewhere than in the resource group it might mean another thing
      return others.length === 0 && only !== MAIN && targets.get(only ?? "") === undefined ? only : undefined;
    },
  };
}

/** Which concerns need which, from the resources in them. */
export function concernGraph(program: Program): Graph {
  const graph = new Map<string, Set<string>>(program.resources.map((resource) => [resource.concern, new Set()]));
  const concerns = new Map(program.resources.map((resource) => [resource.symbol, resource.concern]));
  for (const [symbol, needed] of dependencies(program)) {
    const own = concerns.get(symbol) ?? "";
    for (const other of needed) {
      const concern = concerns.get(other) ?? "";
      if (concern !== own) graph.get(own)?.add(concern);
    }
  }
  return graph;
}

/** Outputs are in the main file, and so is what they use. */
const MAIN = Symbol("main.bicep");

function variableUsers(program: Program): ReadonlyMap<string, ReadonlySet<string | typeof MAIN>> {
  const values = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  const users = new Map(program.variables.map((variable) => [variable.name, new Set<string | typeof MAIN>()]));
  const use = (node: Node, user: string | typeof MAIN) =>
    walk(node, (inner) => {
      if (inner.kind !== "variable" || users.get(inner.name)?.has(user)) return;
      users.get(inner.name)?.add(user);
      const value = values.get(inner.name);
      if (value) use(value, user);
    });
  for (const { concern, name, condition, body } of program.resources) {
    for (const node of [name, body, ...(condition ? [condition] : [])]) use(node, concern);
  }
  // whoever refers to an existing resource declares it, so what names it goes to every module
  for (const { name, condition } of program.existing) for (const node of [name, condition]) if (node) use(node, MAIN);
  for (const { value } of program.outputs) use(value, MAIN);
  return users;
}
