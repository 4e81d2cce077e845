import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import { evaluateValue } from "./evaluate.ts";
import { at, invalidTemplate, Pending } from "./fault.ts";
import { lazyValues } from "./lazy-values.ts";
import type { Scope } from "./scope.ts";
import type { Declared, Template } from "./template.ts";
import { checkType, resolveType } from "./types.ts";
import { entriesOf, member } from "./values.ts";

export interface ParameterInput {
  /** `{ name: { value } }`, as requests and parameter files have them. */
  readonly given: JsonObject;
  /** Lower-case names of those whose value only a running deployment knows. */
  readonly pending?: ReadonlySet<string>;
}

/** Gives each parameter its value (given, default or null), refusing what does not fit. */
export function resolveParameters(template: Template, input: ParameterInput, base: Omit<Scope, "parameter">): Scope["parameter"] {
  const declared = new Map(template.parameters.map((parameter) => [parameter.name.toLowerCase(), parameter]));
  const given = new Map(entriesOf(input.given).map(([name, entry]) => [name.toLowerCase(), readGiven(name, entry)]));
  const unknown = Object.keys(input.given).filter((name) => !declared.has(name.toLowerCase()));
  if (unknown.length > 0) {
    const known = template.parameters.map(({ name }) => name).join(", ") || "none";
    throw invalidTemplate(
      `the parameters ${quoted(unknown)} are given but the template does not define them; it defines ${known}`,
    );
  }
  const get = lazyValues("parameter", (key) => {
    const parameter = declared.get(key);
    if (parameter === undefined) return undefined;
    if (input.pending?.has(key)) throw new Pending(`the parameter '${parameter.name}' is known only while the deployment runs`);
    const value = given.get(key) ?? defaultOf(parameter, scope, template);
    checkType(value, parameter.declaration, template.definitions, `parameters.${parameter.name}`);
    return value;
  });
  const scope: Scope = { ...base, parameter: get };
  const missing = template.parameters.filter(
    ({ name, declaration }) =>
      !given.has(name.toLowerCase()) &&
      !input.pending?.has(name.toLowerCase()) &&
      member(declaration, "defaultValue") === undefined &&
      resolveType(declaration, template.definitions).nullable !== true,
  );
  if (missing.length > 0)
    throw invalidTemplate(`the parameters ${quoted(missing.map(({ name }) => name))} have no value and no default`);
  return get;
}

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");

function readGiven(name: string, entry: JsonValue): JsonValue {
  const value = isObject(entry) ? member(entry, "value") : undefined;
  if (isObject(entry) && member(entry, "reference") !== undefined) {
    throw new ArmFault(
      400,
      "KeyVaultParameterReferenceSecretRetrieveFailed",
      `the parameter '${name}' refers to a key vault secret, and vaults hold no secrets here; give the value itself`,
      { target: `parameters.${name}` },
    );
  }
  if (value === undefined)
    throw invalidTemplate(`the parameter '${name}' is not of the form { "value": ... }`, `parameters.${name}`);
  return value;
}

function defaultOf({ name, declaration }: Declared, scope: Scope, template: Template): JsonValue {
  const value = member(declaration, "defaultValue");
  if (value !== undefined) return at(`parameters.${name}.defaultValue`, () => evaluateValue(value, scope));
  if (resolveType(declaration, template.definitions).nullable === true) return null;
  throw invalidTemplate(`the parameter '${name}' has no value and no default`, `parameters.${name}`);
}
