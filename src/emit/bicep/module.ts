import {
  type AccessChain,
  type ExistingResource,
  type Given,
  given,
  implies,
  isRuntimeAccess,
  literalKey,
  NOTHING,
  type Node,
  type Resource,
  type Variable,
} from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import type { BicepContext } from "./context.ts";
import { type BicepScope, bicepExpression, object } from "./expression.ts";
import { createImports, type ModuleParameter } from "./imports.ts";
import { decorated, describe, file, outputDoc } from "./layout.ts";
import { loopDocs } from "./loops.ts";
import { nameIn, placeMembers, resourceDoc } from "./resource.ts";

export interface PrintedModule {
  readonly concern: string;
  readonly parameters: readonly ModuleParameter[];
  /** Concerns that must be there first although nothing of them is passed. */
  readonly dependsOn: readonly string[];
  readonly target: Resource["at"];
  /** Of a module whose resources all have this one: with it false, nothing is deployed, not even the module. */
  readonly condition?: Node;
  /** Prints the file; outputs are known only when all modules have been read. */
  readonly text: () => string;
}

export function printModule(context: BicepContext, concern: string): PrintedModule {
  const { program, placement } = context;
  const target = placement.targetOf(concern);
  const [sample] = placement.resourcesOf(concern);
  const condition = target === undefined ? undefined : sample?.condition;
  const resources = placement.resourcesOf(concern).map((resource) => (condition ? withoutCondition(resource) : resource));
  const variables = program.variables.filter((variable) => placement.homeOf(variable.name) === concern);
  const imports = createImports(context);
  const existing = createExisting(context, concern, (symbol) => imports.resource(symbol, nameOf(symbol)).identifier);

  const scopeWhere = (known: Given): BicepScope => ({
    parameter: imports.parameter,
    variable: (name, keys) =>
      placement.homeOf(name) === concern ? { identifier: name, keys, nullable: false } : imports.variable(name, keys),
    resource: (symbol, chain) => {
      const { keys } = chain;
      const member = literalKey(keys[0]) ?? "";
      if (context.isExisting(symbol)) existing.need(symbol);
      const isHere = context.isExisting(symbol) || placement.concernOf(symbol) === concern;
      if (isHere || (existing.names.has(symbol) && ["id", "name"].includes(member))) {
        const { condition } = context.resource(symbol);
        const mayBeNull = condition !== undefined && isRuntimeAccess(chain);
        return {
          identifier: nameIn(context, concern, symbol),
          keys,
          nullable: mayBeNull && (implies(known, condition) ? "sure" : true),
        };
      }
      return imports.resource(symbol, chain);
    },
    ...(target === undefined ? {} : { resourceGroup: imports.resourceGroup }),
    hides: (identifier) => context.isDeclared(identifier),
  });
  const printer = bicepExpression(scopeWhere(NOTHING));

  const own = [
    ...variables.map((variable) => variableDoc(variable, printer)),
    ...resources.flatMap((resource) => {
      const place = context.places.get(resource.symbol);
      if (place === undefined)
        return [resourceDoc(context, resource, printer, bicepExpression(scopeWhere(given(resource.condition))))];
      return place.index === 0 ? loopDocs(context, place.loop, scopeWhere) : [];
    }),
  ];
  const foreign: Doc[] = [];
  // printing one may ask for another
  for (const [symbol, name] of existing.names) foreign.push(existingDoc(context.resource(symbol), name, printer));
  const docs = [...own.slice(0, variables.length), ...foreign, ...own.slice(variables.length)];
  const parameters = imports.all();
  const passed = new Set(
    parameters.flatMap((parameter) => (parameter.value.kind === "access" ? rootConcern(context, parameter.value) : [])),
  );
  const ordered = resources.flatMap((resource) => resource.dependsOn.map((symbol) => placement.concernOf(symbol)));
  return {
    concern,
    parameters,
    target,
    ...(condition === undefined ? {} : { condition }),
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
      const scope = target === undefined ? [] : [`targetScope = '${target}'`];
      return file([...scope, ...parameters.map((parameter) => parameter.doc), ...docs, ...outputs]);
    },
  };
}

function withoutCondition(resource: Resource): Resource {
  const { condition: _, ...rest } = resource;
  return rest;
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

/**
 * What Bicep has to be told of as existing: parents and scopes that another module makes, each with the parameter that
 * names it, and what nobody deploys.
 */
function createExisting(
  { placement, resource, isExisting }: BicepContext,
  concern: string,
  nameTaken: (symbol: string) => string,
) {
  const names = new Map<string, string | undefined>();
  const need = (symbol: string | undefined) => {
    if (symbol === undefined || names.has(symbol)) return;
    if (!isExisting(symbol) && placement.concernOf(symbol) === concern) return;
    const { parent, scope } = resource(symbol);
    need(parent);
    need(scope);
    names.set(symbol, isExisting(symbol) ? undefined : nameTaken(symbol));
  };
  for (const { parent, scope } of placement.resourcesOf(concern)) {
    need(parent);
    need(scope);
  }
  return { names: names as ReadonlyMap<string, string | undefined>, need };
}

export function variableDoc({ name, value, description }: Variable, printer: (node: Node) => Doc): Doc {
  return decorated(description === undefined ? [] : [describe(description)], [`var ${name} = `, printer(value)]);
}

function existingDoc(
  { symbol, type, apiVersion, parent, scope, name, condition }: ExistingResource,
  given: string | undefined,
  printer: (node: Node) => Doc,
): Doc {
  return [
    `resource ${symbol} '${type}@${apiVersion}' existing = `,
    ...(condition && given === undefined ? ["if (", printer(condition), ") "] : []),
    object([...placeMembers(parent, scope), ["name: ", given ?? printer(name)]]),
  ];
}
