import { isObject, type JsonObject } from "../../base/index.ts";
import { connect, indexResources } from "./dependencies.ts";
import { invalidTemplate } from "./fault.ts";
import { type ParameterInput, resolveParameters } from "./parameters.ts";
import type { DeploymentTarget, Plan, PlannedResource } from "./planned.ts";
import { declaredNames, draftResources } from "./resources.ts";
import type { Moment, Scope, Surroundings } from "./scope.ts";
import { LIMITS, readTemplate } from "./template.ts";
import { member } from "./values.ts";
import { resolveVariables } from "./variables.ts";

export interface PlanInput extends ParameterInput {
  readonly template: JsonObject;
  readonly target: DeploymentTarget;
  readonly surroundings: Surroundings;
  readonly moment: Moment;
  /** The scope of the template around it, for a nested deployment that is evaluated in the outer scope. */
  readonly outer?: Scope;
}

/** Reads a template, resolves its parameters and unrolls its resources; everything that ARM refuses before it starts is refused here. */
export function planTemplate(input: PlanInput): Plan {
  const read = readTemplate(input.template);
  // In the outer scope the parameters around it are meant, whatever the nested template declares.
  const template = input.outer === undefined ? read : { ...read, parameters: [] };
  const scope = input.outer ?? ownScope(input, template);
  if (input.outer === undefined) for (const { name } of template.parameters) forceUnlessPending(scope, input, name);
  const drafts = draftResources(template, input.target, scope);
  refuseDuplicates(drafts.filter(({ condition, existing }) => condition && !existing));
  const resources = connect(drafts, indexResources(drafts), declaredNames(template));
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const findDraft = indexResources(drafts);
  const find = (text: string): PlannedResource[] => findDraft(text).flatMap(({ key }) => byKey.get(key) ?? []);
  return { template, target: input.target, resources, scope, find, parameter: scope.parameter };
}

function ownScope(input: PlanInput, template: ReturnType<typeof readTemplate>): Scope {
  const base = { functions: template.functions, loops: [], lambdas: new Map(), surroundings: input.surroundings };
  const noVariables = (name: string): never => {
    throw invalidTemplate(`the variable '${name}' is used in the default value of a parameter, which is not allowed`);
  };
  const parameter = resolveParameters(template, input, { ...base, moment: input.moment, variable: noVariables });
  const variable = resolveVariables(template.variables, () => scope);
  const scope: Scope = { ...base, parameter, variable };
  return scope;
}

/** Every parameter is checked, used or not. */
function forceUnlessPending(scope: Scope, input: PlanInput, name: string): void {
  if (input.pending === undefined || input.pending.size === 0) scope.parameter(name);
}

function refuseDuplicates(resources: readonly { id: string; key: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of resources) {
    if (seen.has(id.toLowerCase())) throw invalidTemplate(`the resource '${id}' is defined multiple times in the template`, id);
    seen.add(id.toLowerCase());
  }
}

/** How deep a template nests deployments; ARM stops at 24. */
export function checkNesting(template: JsonObject, depth = 0): void {
  if (depth > LIMITS.nesting) throw invalidTemplate(`the template nests deployments deeper than ${LIMITS.nesting} levels`);
  const resources = member(template, "resources");
  for (const resource of isObject(resources) ? Object.values(resources) : Array.isArray(resources) ? resources : []) {
    const properties = isObject(resource) ? member(resource, "properties") : undefined;
    const nested = isObject(properties) ? member(properties, "template") : undefined;
    if (isObject(nested)) checkNesting(nested, depth + 1);
  }
}
