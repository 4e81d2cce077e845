import { type Diagnostic, sortDiagnostics } from "../report/index.ts";
import { checkReferences } from "./check-references.ts";
import { dependencies, findCycle } from "./graph.ts";
import type { Node } from "./node.ts";
import { checkValue } from "./parameters.ts";
import { missing, problem } from "./problem.ts";
import type { Program, Resource } from "./program.ts";
import { literalKey, walk } from "./walk.ts";

/** What is wrong with a definition, whatever its parameters and whatever its target. */
export function checkProgram(program: Program): Diagnostic[] {
  return sortDiagnostics([
    ...duplicates(program),
    ...checkReferences(program),
    ...program.parameters.flatMap(checkDefault),
    ...program.resources.flatMap((resource) => checkResource(program, resource)),
    ...cycles(program),
  ]);
}

function duplicates(program: Program): Diagnostic[] {
  const names = (kind: string, list: readonly string[]) =>
    repeated(list.map((name) => ({ key: name.toLowerCase(), name }))).map((name) =>
      problem("duplicate", `${kind}.${name}`, `${name} is declared twice`, "rename one"),
    );
  const identities = program.resources.map(({ symbol, type, name, parent, scope }) => ({
    key: JSON.stringify([type.toLowerCase(), name, parent, scope]),
    name: symbol,
  }));
  return [
    ...names(
      "parameters",
      program.parameters.map((parameter) => parameter.name),
    ),
    ...names(
      "variables",
      program.variables.map((variable) => variable.name),
    ),
    ...names(
      "resources",
      program.resources.map((resource) => resource.symbol),
    ),
    ...names(
      "outputs",
      program.outputs.map((output) => output.name),
    ),
    ...repeated(identities).map((symbol) =>
      problem(
        "duplicate",
        `resources.${symbol}`,
        `${symbol} has the type and the name of another resource`,
        "rename or remove one",
      ),
    ),
  ];
}

function repeated(items: readonly { key: string; name: string }[]): string[] {
  const seen = new Set<string>();
  return items.filter(({ key }) => seen.size === seen.add(key).size).map(({ name }) => name);
}

function checkDefault(parameter: Program["parameters"][number]): Diagnostic[] {
  return parameter.default?.kind === "literal" ? checkValue(parameter, parameter.default.value) : [];
}

/** Members that the template itself gives to a resource. */
const RESERVED = new Set(["id", "name", "type", "apiVersion", "dependsOn", "condition", "copy", "scope", "existing", "@options"]);

function checkResource(program: Program, resource: Resource): Diagnostic[] {
  const at = `resources.${resource.symbol}`;
  const found: Diagnostic[] = [];
  const symbols = program.resources.map((other) => other.symbol);
  const named = [resource.parent, resource.scope, ...resource.dependsOn].filter((symbol) => symbol !== undefined);
  for (const symbol of named) if (!symbols.includes(symbol)) found.push(missing("resource", symbol, symbols, at));

  const parent = program.resources.find((other) => other.symbol === resource.parent);
  if (parent && resource.type.slice(0, resource.type.lastIndexOf("/")).toLowerCase() !== parent.type.toLowerCase()) {
    found.push(
      problem(
        "parent-type",
        at,
        `${resource.type} is no child type of ${parent.type}`,
        "a child's type is its parent's and one segment",
      ),
    );
  }
  if (parent && resource.scope !== undefined)
    found.push(problem("parent-scope", at, "a resource has a parent and a scope", "the parent carries the scope"));
  const segments = resource.type.split("/").length - 1;
  if (!parent && segments !== 1)
    found.push(problem("parent-type", at, `${resource.type} is a child type without a parent`, "declare its parent"));

  if (resource.body.kind !== "object")
    return [
      ...found,
      problem("body", at, "the body is not an object", "write its members out; expressions may stand below them"),
    ];
  for (const [key] of resource.body.entries) {
    const name = literalKey(key);
    if (name === undefined || RESERVED.has(name)) {
      found.push(
        problem(
          "body",
          at,
          name === undefined ? "a member of the body is named by an expression" : `the body has the member ${name}`,
          "the declaration gives id, name, type and order",
        ),
      );
    }
  }
  return found;
}

function cycles(program: Program): Diagnostic[] {
  const between = (kind: string, cycle: string[] | undefined) =>
    cycle ? [problem("cycle", `${kind}.${cycle[0]}`, `${cycle.join(" needs ")}`, "break the circle")] : [];
  const variables = new Map(program.variables.map(({ name, value }) => [name, namesIn(value, "variable")]));
  const defaults = new Map(
    program.parameters.map((parameter) => [
      parameter.name,
      parameter.default ? namesIn(parameter.default, "parameter") : new Set<string>(),
    ]),
  );
  return [
    ...between("resources", findCycle(dependencies(program))),
    ...between("variables", findCycle(variables)),
    ...between("parameters", findCycle(defaults)),
  ];
}

function namesIn(node: Node, kind: "variable" | "parameter"): Set<string> {
  const names = new Set<string>();
  walk(node, (inner) => {
    if ((inner.kind === "variable" || inner.kind === "parameter") && inner.kind === kind) names.add(inner.name);
  });
  return names;
}
