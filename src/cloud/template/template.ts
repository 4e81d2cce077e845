import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { invalidTemplate } from "./fault.ts";
import type { UserFunction } from "./scope.ts";
import type { Definitions, TypeNode } from "./types.ts";
import { entriesOf, member } from "./values.ts";

/** What ARM refuses to take more of. */
export const LIMITS = { parameters: 256, variables: 512, outputs: 64, resources: 800, nesting: 24 } as const;

/** A template, read: its sections by name, nothing evaluated. */
export interface Template {
  readonly json: JsonObject;
  /** languageVersion 2.0: resources are keyed by symbolic names. */
  readonly symbolic: boolean;
  readonly definitions: Definitions;
  /** In the order written. */
  readonly parameters: readonly Declared[];
  readonly variables: JsonObject;
  /** By lower-case `namespace.name`. */
  readonly functions: ReadonlyMap<string, UserFunction>;
  readonly resources: readonly DeclaredResource[];
  readonly outputs: readonly Declared[];
}

export interface Declared {
  readonly name: string;
  readonly declaration: TypeNode;
}

export interface DeclaredResource {
  readonly symbol?: string;
  readonly declaration: JsonObject;
}

const SECTIONS = [
  "$schema",
  "contentVersion",
  "apiProfile",
  "languageVersion",
  "metadata",
  "definitions",
  "parameters",
  "functions",
  "variables",
  "resources",
  "outputs",
];

export function readTemplate(json: JsonObject): Template {
  for (const key of Object.keys(json)) {
    if (!SECTIONS.some((section) => section.toLowerCase() === key.toLowerCase())) {
      throw invalidTemplate(`the template section '${key}' is not supported; sections are ${SECTIONS.join(", ")}`, key);
    }
  }
  checkSchema(member(json, "$schema"));
  if (typeof member(json, "contentVersion") !== "string")
    throw invalidTemplate('the template has no contentVersion, e.g. "1.0.0.0"', "contentVersion");
  const symbolic = readLanguageVersion(member(json, "languageVersion"));
  const parameters = readDeclared(json, "parameters", LIMITS.parameters);
  const variables = section(json, "variables");
  const count = Object.keys(variables).length;
  if (count > LIMITS.variables)
    throw invalidTemplate(`the template has ${count} variables; at most ${LIMITS.variables} are allowed`, "variables");
  return {
    json,
    symbolic,
    definitions: section(json, "definitions"),
    parameters,
    variables,
    functions: readFunctions(member(json, "functions")),
    resources: readResources(member(json, "resources"), symbolic),
    outputs: readDeclared(json, "outputs", LIMITS.outputs),
  };
}

function checkSchema(schema: JsonValue | undefined): void {
  if (typeof schema !== "string") throw invalidTemplate("the template has no $schema", "$schema");
  if (!/\/(subscription)?deploymentTemplate\.json#?$/i.test(schema)) {
    throw invalidTemplate(
      `the template schema '${schema}' is not supported; deployments go to resource groups and subscriptions`,
      "$schema",
    );
  }
}

function readLanguageVersion(version: JsonValue | undefined): boolean {
  if (version === undefined) return false;
  if (typeof version !== "string" || !/^(1\.0|1\.9-experimental|1\.10-experimental|2\.0)$/.test(version)) {
    throw invalidTemplate(`the languageVersion ${JSON.stringify(version)} is not supported; use "2.0"`, "languageVersion");
  }
  return version !== "1.0";
}

function section(json: JsonObject, name: string): JsonObject {
  const value = member(json, name) ?? {};
  if (!isObject(value)) throw invalidTemplate(`the template section '${name}' is not an object`, name);
  return value;
}

function readDeclared(json: JsonObject, name: string, limit: number): Declared[] {
  const entries = entriesOf(section(json, name));
  if (entries.length > limit)
    throw invalidTemplate(`the template has ${entries.length} ${name}; at most ${limit} are allowed`, name);
  return entries.map(([key, declaration]) => {
    if (!isObject(declaration)) throw invalidTemplate(`'${name}.${key}' is not an object`, `${name}.${key}`);
    return { name: key, declaration };
  });
}

function readResources(resources: JsonValue | undefined, symbolic: boolean): DeclaredResource[] {
  if (resources === undefined) return [];
  if (symbolic && isObject(resources))
    return entriesOf(resources).map(([symbol, declaration]) => ({ symbol, declaration: asResource(declaration, symbol) }));
  if (!symbolic && Array.isArray(resources))
    return resources.map((declaration, at) => ({ declaration: asResource(declaration, `[${at}]`) }));
  const expected = symbolic ? "an object keyed by symbolic names, as languageVersion 2.0 has it" : "an array";
  throw invalidTemplate(`the template section 'resources' is not ${expected}`, "resources");
}

export function asResource(declaration: JsonValue, place: string): JsonObject {
  if (!isObject(declaration)) throw invalidTemplate(`the resource '${place}' is not an object`, "resources");
  return declaration;
}

function readFunctions(namespaces: JsonValue | undefined): Map<string, UserFunction> {
  const functions = new Map<string, UserFunction>();
  if (namespaces === undefined) return functions;
  if (!Array.isArray(namespaces)) throw invalidTemplate("the template section 'functions' is not an array", "functions");
  for (const item of namespaces) {
    const [namespace, members] = isObject(item) ? [member(item, "namespace"), member(item, "members")] : [];
    if (typeof namespace !== "string" || !isObject(members))
      throw invalidTemplate("a function namespace needs the members 'namespace' and 'members'", "functions");
    for (const [member, declaration] of entriesOf(members)) {
      const name = `${namespace}.${member}`;
      functions.set(name.toLowerCase(), readFunction(name, declaration));
    }
  }
  return functions;
}

function readFunction(name: string, declaration: JsonValue): UserFunction {
  const output = isObject(declaration) ? declaration.output : undefined;
  const parameters = isObject(declaration) ? (declaration.parameters ?? []) : [];
  if (!isObject(output) || output.value === undefined || !Array.isArray(parameters)) {
    throw invalidTemplate(`the user function '${name}' needs parameters and an output with a value`, "functions");
  }
  const names = parameters.map((parameter) => (isObject(parameter) && typeof parameter.name === "string" ? parameter.name : ""));
  return { name, parameters: names, output: output.value };
}
