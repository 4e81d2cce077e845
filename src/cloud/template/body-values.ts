import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { evaluateText, evaluateValue } from "./evaluate.ts";
import { at, invalidTemplate, Pending } from "./fault.ts";
import type { NestedDeployment, PlannedResource } from "./planned.ts";
import type { RuntimeFunctions, Scope } from "./scope.ts";
import { entriesOf, fromEntries } from "./values.ts";

/** The body to PUT: everything but id, name and type, evaluated. May throw `Pending`. */
export function evaluateBody(resource: PlannedResource, runtime: RuntimeFunctions): JsonObject {
  const { body } = resource;
  const place = `resources '${resource.symbol === undefined ? resource.name : resource.key}'`;
  const scope: Scope = { ...resource.scope, runtime };
  return fromEntries(
    entriesOf(body).map(([key, value]) => [key, at(`${place}.${key}`, () => evaluateValue(value, scope))] as const),
  );
}

/** Before the deployment runs: what is not known yet stays the expression that it is. */
export function evaluateKnown(value: JsonValue, scope: Scope): { readonly value: JsonValue; readonly complete: boolean } {
  let complete = true;
  const known = (text: string, within: Scope): JsonValue => {
    try {
      return evaluateText(text, within);
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      complete = false;
      return text;
    }
  };
  try {
    return { value: evaluateValue(value, { ...scope, runtime: NOTHING_DEPLOYED }, known), complete };
  } catch (error) {
    if (error instanceof Pending) return { value, complete: false }; // the count of a property copy is not known yet
    throw error;
  }
}

function pending(target: string): never {
  throw new Pending(`the state of '${target}' is known only while the deployment runs`);
}

/** The answers of `reference` and `list*` before anything has been deployed. */
export const NOTHING_DEPLOYED: RuntimeFunctions = {
  reference: pending,
  references: pending,
  list: (_action, target) => pending(target),
};

/** The parameters to hand to a nested deployment, as `{ name: { value } }`. May throw `Pending`. */
export function evaluateNestedParameters(
  nested: NestedDeployment,
  scope: Scope,
  runtime: RuntimeFunctions,
  place: string,
): JsonObject {
  const within: Scope = { ...scope, runtime };
  return fromEntries(
    entriesOf(nested.parameters).map(
      ([name, entry]) => [name, at(`${place}.parameters.${name}`, () => evaluateEntry(name, entry, within))] as const,
    ),
  );
}

/** The same before the deployment runs, with the names of those that must wait. */
export function evaluateKnownParameters(
  nested: NestedDeployment,
  scope: Scope,
  place: string,
): { given: JsonObject; pending: Set<string> } {
  const late = new Set<string>();
  const given: [string, JsonValue][] = [];
  for (const [name, entry] of entriesOf(nested.parameters)) {
    try {
      given.push([
        name,
        at(`${place}.parameters.${name}`, () => evaluateEntry(name, entry, { ...scope, runtime: NOTHING_DEPLOYED })),
      ]);
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      late.add(name.toLowerCase());
      given.push([name, { value: null }]);
    }
  }
  return { given: fromEntries(given), pending: late };
}

/** An entry may be an expression as a whole, which then gives `{ value }`, or hold a copy loop named `value`. */
function evaluateEntry(name: string, entry: JsonValue, scope: Scope): JsonValue {
  const evaluated = evaluateValue(entry, scope);
  if (!isObject(evaluated))
    throw invalidTemplate(`the parameter '${name}' is not of the form { "value": ... }`, `parameters.${name}`);
  return evaluated;
}
