import { type Diagnostic, sortDiagnostics } from "../report/index.ts";
import { dependencies, findCycle } from "./graph.ts";
import type { Node } from "./node.ts";
import { checkValue } from "./parameters.ts";
import type { Program, Resource } from "./program.ts";
import { nearest } from "./suggest.ts";
import { accessChain, isRuntimeAccess, literalKey, walk } from "./walk.ts";

/** What is wrong with a definition, whatever its parameters and whatever its target. */
export function checkProgram(program: Program): Diagnostic[] {
  return sortDiagnostics([
    ...duplicates(program),
    ...places(program).flatMap((place) => references(program, place)),
    ...program.parameters.flatMap(checkDefault),
    ...program.resources.flatMap((resource) => checkResource(program, resource)),
    ...cycles(program),
  ]);
}

interface Place {
  readonly at: string;
  readonly node: Node;
  /** Names and conditions must be known when the deployment starts; so must defaults, which may use parameters only. */
  readonly knows: "everything" | "deploy-time" | "parameters";
}

function places(program: Program): Place[] {
  return [
    ...program.parameters.flatMap(({ name, default: node }): Place[] =>
      node ? [{ at: `parameters.${name}`, node, knows: "parameters" }] : [],
    ),
    ...program.variables.map(({ name, value }): Place => ({ at: `variables.${name}`, node: value, knows: "everything" })),
    ...program.resources.flatMap(({ symbol, name, condition, body }): Place[] => [
      { at: `resources.${symbol}.name`, node: name, knows: "deploy-time" },
      ...(condition ? [{ at: `resources.${symbol}.condition`, node: condition, knows: "deploy-time" } as const] : []),
      { at: `resources.${symbol}`, node: body, knows: "everything" },
    ]),
    ...program.outputs.map(({ name, value }): Place => ({ at: `outputs.${name}`, node: value, knows: "everything" })),
  ];
}

function references(program: Program, { at, node, knows }: Place): Diagnostic[] {
  const found: Diagnostic[] = [];
  const parameters = program.parameters.map((parameter) => parameter.name);
  const variables = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  const symbols = program.resources.map((resource) => resource.symbol);
  const seen = new Set<string>();

  const visit = (start: Node, direct: boolean) =>
    walk(start, (inner) => {
      if (inner.kind === "access") {
        const chain = accessChain(inner);
        if (chain.root.kind !== "resource") return;
        if (direct) found.push(...checkMember(chain.root.symbol, chain.keys[0], symbols, at));
        if (knows === "deploy-time" && isRuntimeAccess(chain)) {
          found.push(
            problem(
              "runtime-value",
              at,
              `${chain.root.symbol}.${literalKey(chain.keys[0])} is known only after deployment`,
              "use id, name or a parameter",
            ),
          );
        }
        if (knows === "parameters")
          found.push(
            problem(
              "parameter-default",
              at,
              `a default refers to resource ${chain.root.symbol}`,
              "use parameters and functions only",
            ),
          );
        for (const key of chain.keys) visit(key, direct);
        return false;
      }
      if (inner.kind === "resource" && direct) {
        found.push(
          problem("bare-resource", at, `resource ${inner.symbol} is used as a value`, "refer to one of its members, such as id"),
        );
      }
      if (inner.kind === "parameter" && direct && !parameters.includes(inner.name)) {
        found.push(missing("parameter", inner.name, parameters, at));
      }
      if (inner.kind === "variable") {
        if (knows === "parameters")
          found.push(
            problem("parameter-default", at, `a default refers to variable ${inner.name}`, "use parameters and functions only"),
          );
        const value = variables.get(inner.name);
        if (value === undefined) {
          if (direct) found.push(missing("variable", inner.name, [...variables.keys()], at));
        } else if (!seen.has(inner.name)) {
          seen.add(inner.name);
          visit(value, false);
        }
      }
    });

  visit(node, true);
  return found;
}

function checkMember(symbol: string, key: Node | undefined, symbols: readonly string[], at: string): Diagnostic[] {
  if (!symbols.includes(symbol)) return [missing("resource", symbol, symbols, at)];
  if (literalKey(key) !== undefined) return [];
  return [problem("dynamic-member", at, `a member of resource ${symbol} is chosen by an expression`, "name the member")];
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

function missing(kind: string, name: string, known: readonly string[], at: string): Diagnostic {
  const guess = nearest(name, known);
  return problem(
    `unknown-${kind}`,
    at,
    `there is no ${kind} ${name}`,
    guess === undefined ? "declare it" : `did you mean ${guess}?`,
  );
}

function problem(word: string, at: string, message: string, help: string): Diagnostic {
  return { code: `program.${word}`, severity: "error", message, at, help };
}
