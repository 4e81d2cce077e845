import { type Diagnostic, sortDiagnostics } from "../report/index.ts";
import { checkReferences } from "./check-references.ts";
import { constantValue } from "./constant.ts";
import { dependencies, findCycle } from "./graph.ts";
import type { Node } from "./node.ts";
import { checkValue } from "./parameters.ts";
import { perProgram } from "./per-program.ts";
import { missing, problem } from "./problem.ts";
import { type ExistingResource, type Program, type Resource, referents } from "./program.ts";
import { literalKey, walk } from "./walk.ts";

/** What is wrong with a definition, whatever its parameters and whatever its target. */
export const checkProgram = perProgram((program): readonly Diagnostic[] =>
  sortDiagnostics([
    ...duplicates(program),
    ...checkReferences(program),
    ...program.parameters.flatMap(checkDefault),
    ...[...program.existing, ...program.resources].flatMap((referent) => checkPlace(program, referent)),
    ...program.resources.flatMap((resource) => checkResource(program, resource)),
    ...cycles(program),
  ]),
);

function duplicates(program: Program): Diagnostic[] {
  const names = (kind: string, list: readonly string[]) =>
    repeated(list.map((name) => ({ key: name.toLowerCase(), name }))).map((name) =>
      problem("duplicate", `${kind}.${name}`, `${name} is declared twice`, "rename one"),
    );
  const identities = [...program.existing, ...program.resources].map(({ symbol, type, name, parent, scope }) => ({
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
      [...program.existing, ...program.resources].map(({ symbol }) => symbol),
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
  const value = constantValue(parameter.default);
  return value === undefined ? [] : checkValue(parameter, value);
}

/** Members that the template itself gives to a resource. */
const RESERVED = new Set(["id", "name", "type", "apiVersion", "dependsOn", "condition", "copy", "scope", "existing", "@options"]);

function checkPlace(program: Program, { symbol, type, parent: above, scope, at: target }: ExistingResource): Diagnostic[] {
  const at = `resources.${symbol}`;
  const known = referents(program);
  const found = [above, scope]
    .filter((other) => other !== undefined)
    .flatMap((other) => (known.has(other) ? [] : [missing("resource", other, [...known.keys()], at)]));
  const parent = above === undefined ? undefined : known.get(above);
  if (parent && type.slice(0, type.lastIndexOf("/")).toLowerCase() !== parent.type.toLowerCase()) {
    found.push(
      problem("parent-type", at, `${type} is no child type of ${parent.type}`, "a child's type is its parent's and one segment"),
    );
  }
  if (parent && scope !== undefined)
    found.push(problem("parent-scope", at, "a resource has a parent and a scope", "the parent carries the scope"));
  const within = [above, scope].map((other) => (other === undefined ? undefined : known.get(other)));
  if (target !== undefined && (above !== undefined || scope !== undefined))
    found.push(problem("place", at, `a resource of the ${target} has a parent or a scope`, "give neither"));
  if (within.some((other) => other?.at !== undefined))
    found.push(
      problem("place", at, `${symbol} lies in a resource of the subscription`, "only resources of the group hold others"),
    );
  const segments = type.split("/").length - 1;
  if (above === undefined && segments !== 1)
    found.push(problem("parent-type", at, `${type} is a child type without a parent`, "declare its parent"));
  return found;
}

function checkResource(program: Program, resource: Resource): Diagnostic[] {
  const at = `resources.${resource.symbol}`;
  const symbols = program.resources.map((other) => other.symbol);
  const found = resource.dependsOn
    .filter((symbol) => !symbols.includes(symbol))
    .map((symbol) => missing("resource", symbol, symbols, at));

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
