import {
  type AccessChain,
  impliedDependencies,
  literalKey,
  type Node,
  type Parameter,
  type Resource,
  type Variable,
} from "../../ir/index.ts";
import { type Doc, hardline, indent, join } from "../doc/index.ts";
import { type BicepContext, literalPath, typeName } from "./context.ts";
import { bicepExpression, object, type Reference } from "./expression.ts";
import { comment, decorated, describe, file, outputDoc, parameterDoc } from "./layout.ts";
import { camelCase, createNames } from "./names.ts";
import { propertyName, quote } from "./quote.ts";

/** A value that a module takes from the main file. */
export interface ModuleParameter {
  readonly name: string;
  readonly doc: Doc;
  /** What the main file passes, in the words of the definition. */
  readonly value: Node;
  /** Sorts parameters as people read them: the platform's own, then shared values, then what other modules made. */
  readonly rank: number;
}

export interface PrintedModule {
  readonly concern: string;
  readonly parameters: readonly ModuleParameter[];
  /** Concerns that must be there first although nothing of them is passed. */
  readonly dependsOn: readonly string[];
  /** Prints the file; outputs are known only when all modules have been read. */
  readonly text: () => string;
}

export function printModule(context: BicepContext, concern: string): PrintedModule {
  const { program, placement } = context;
  const resources = placement.resourcesOf(concern);
  const variables = program.variables.filter((variable) => placement.homeOf(variable.name) === concern);
  const existing = foreignAncestors(context, concern);
  const imports = createImports(context);

  const printer = bicepExpression({
    parameter: imports.parameter,
    variable: (name, keys) =>
      placement.homeOf(name) === concern ? { identifier: name, keys, nullable: false } : imports.variable(name, keys),
    resource: (symbol, chain) => {
      const { keys } = chain;
      const member = literalKey(keys[0]) ?? "";
      if (placement.concernOf(symbol) === concern || (existing.includes(symbol) && ["id", "name"].includes(member))) {
        const isRuntime = !["id", "name", "type", "apiVersion"].includes(member);
        return { identifier: symbol, keys, nullable: isRuntime && context.resource(symbol).condition !== undefined };
      }
      return imports.resource(symbol, chain);
    },
    hides: (identifier) => context.isDeclared(identifier),
  });

  const docs = [
    ...variables.map((variable) => variableDoc(variable, printer)),
    ...existing.map((symbol) => existingDoc(context.resource(symbol), imports.resource(symbol, nameOf(symbol)).identifier)),
    ...resources.map((resource) => resourceDoc(context, resource, printer)),
  ];
  const parameters = imports.all();
  const passed = new Set(
    parameters.flatMap((parameter) => (parameter.value.kind === "access" ? rootConcern(context, parameter.value) : [])),
  );
  const ordered = resources.flatMap((resource) => resource.dependsOn.map((symbol) => placement.concernOf(symbol)));
  return {
    concern,
    parameters,
    dependsOn: [...new Set(ordered)].filter((other) => other !== concern && !passed.has(other)),
    text: () => {
      const outputs = context
        .outputsOf(concern)
        .map((output) =>
          outputDoc(
            output,
            context.typeWord(output.type, `resources.${[output.symbol, ...output.path].join(".")}`),
            printer(output.node),
          ),
        );
      return file([...parameters.map((parameter) => parameter.doc), ...docs, ...outputs]);
    },
  };
}

const nameOf = (symbol: string): AccessChain => ({
  root: { kind: "resource", symbol },
  keys: [{ kind: "literal", value: "name" }],
});

function rootConcern(context: BicepContext, value: Node): string[] {
  let root = value;
  while (root.kind === "access") root = root.of;
  return root.kind === "resource" ? [context.placement.concernOf(root.symbol)] : [];
}

/** Parents and scopes that another module makes; Bicep has to be told of them as existing resources. */
function foreignAncestors({ placement, resource }: BicepContext, concern: string): string[] {
  const found: string[] = [];
  const visit = (symbol: string | undefined) => {
    if (symbol === undefined || placement.concernOf(symbol) === concern || found.includes(symbol)) return;
    const { parent, scope } = resource(symbol);
    visit(parent);
    visit(scope);
    found.push(symbol);
  };
  for (const { parent, scope } of placement.resourcesOf(concern)) {
    visit(parent);
    visit(scope);
  }
  return found;
}

/** Collects what a module takes from outside while it is printed. */
function createImports(context: BicepContext) {
  const { program } = context;
  const known = new Map<string, ModuleParameter>();
  const unique = createNames(
    [...program.parameters, ...program.variables].map(({ name }) => name).concat(program.resources.map(({ symbol }) => symbol)),
  );
  const add = (key: string, make: () => ModuleParameter): ModuleParameter => {
    const parameter = known.get(key) ?? make();
    known.set(key, parameter);
    return parameter;
  };

  return {
    parameter: (name: string): string => {
      const rank = program.parameters.findIndex((parameter) => parameter.name === name);
      const declaration = program.parameters[rank] as Parameter;
      return add(name, () => ({ name, doc: parameterDoc(declaration), value: { kind: "parameter", name }, rank })).name;
    },
    variable: (name: string, keys: readonly Node[]): Reference => {
      const path = typedPath(context, name, literalPath(keys));
      const value = path.reduce<Node>((of, word) => ({ kind: "access", of, key: { kind: "literal", value: word } }), {
        kind: "variable",
        name,
      });
      const index = program.variables.findIndex((variable) => variable.name === name);
      const type = context.typeOf(value);
      const { name: identifier } = add([name, ...path].join("."), () => {
        const wish = path.length === 0 ? name : unique(camelCase([name, ...path]));
        const description =
          path.length === 0
            ? (program.variables[index]?.description ?? `${name} of the platform.`)
            : `${[name, ...path].join(".")} of the platform.`;
        return {
          name: wish,
          doc: taken(wish, context.typeWord(type, `variables.${[name, ...path].join(".")}`), description),
          value,
          rank: 1000 + index,
        };
      });
      return { identifier, keys: keys.slice(path.length), nullable: type.nullable };
    },
    resource: (symbol: string, chain: AccessChain): Reference => {
      const output = context.output(symbol, chain);
      const { name: identifier } = add([symbol, ...output.path].join("."), () => ({
        name: output.name,
        doc: taken(
          output.name,
          context.typeWord(output.type, `resources.${[output.symbol, ...output.path].join(".")}`),
          output.description,
        ),
        value: output.node,
        rank: 2000,
      }));
      return { identifier, keys: chain.keys.slice(output.path.length), nullable: output.type.nullable };
    },
    all: (): ModuleParameter[] => [...known.values()].sort((a, b) => a.rank - b.rank),
  };
}

/** As much of a path as leads to a value whose type is known. */
function typedPath(context: BicepContext, name: string, path: readonly string[]): readonly string[] {
  const node = path.reduce<Node>((of, word) => ({ kind: "access", of, key: { kind: "literal", value: word } }), {
    kind: "variable",
    name,
  });
  return path.length === 0 || typeName(context.typeOf(node)) !== undefined ? path : typedPath(context, name, path.slice(0, -1));
}

function taken(name: string, type: string, description: string): Doc {
  return decorated([describe(description)], `param ${name} ${type}`);
}

export function variableDoc({ name, value, description }: Variable, printer: (node: Node) => Doc): Doc {
  return decorated(description === undefined ? [] : [describe(description)], [`var ${name} = `, printer(value)]);
}

function existingDoc({ symbol, type, apiVersion, parent, scope }: Resource, name: string): Doc {
  return [`resource ${symbol} '${type}@${apiVersion}' existing = `, object([...placeMembers(parent, scope), `name: ${name}`])];
}

function resourceDoc(context: BicepContext, resource: Resource, printer: (node: Node) => Doc): Doc {
  const { symbol, type, apiVersion, parent, scope, name, condition, body, onlyIfNotExists } = resource;
  const implied = impliedDependencies(context.program, resource);
  const own = resource.dependsOn.filter(
    (other) => context.placement.concernOf(other) === resource.concern && !implied.has(other),
  );
  const members: Doc[] = [
    ...placeMembers(parent, scope),
    ["name: ", printer(name)],
    ...(body.kind === "object"
      ? body.entries.map(([key, value]): Doc => [propertyName(literalKey(key) ?? ""), ": ", printer(value)])
      : []),
    ...(own.length === 0 ? [] : [["dependsOn: [", indent([hardline, join(hardline, own)]), hardline, "]"]]),
  ];
  return decorated(
    [...(resource.comment === undefined ? [] : comment(resource.comment)), ...(onlyIfNotExists ? ["@onlyIfNotExists()"] : [])],
    [
      `resource ${symbol} ${quote(`${type}@${apiVersion}`)} = `,
      ...(condition ? ["if (", printer(condition), ") "] : []),
      object(members),
    ],
  );
}

function placeMembers(parent: string | undefined, scope: string | undefined): Doc[] {
  return [...(parent === undefined ? [] : [`parent: ${parent}`]), ...(scope === undefined ? [] : [`scope: ${scope}`])];
}
