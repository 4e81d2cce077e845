import type { JsonObject, JsonValue } from "../../base/index.ts";
import { evaluateBody, evaluateNestedParameters } from "./body-values.ts";
import { Pending } from "./fault.ts";
import { evaluateOutputs } from "./outputs.ts";
import { planTemplate } from "./plan.ts";
import type { NestedDeployment, PlannedResource } from "./planned.ts";
import type { ResourceGroupFacts, RuntimeFunctions } from "./scope.ts";

export interface TemplateEvaluation {
  readonly template: JsonObject;
  /** `{ name: { value } }` */
  readonly parameters?: JsonObject;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Absent for a deployment to the subscription. */
  readonly resourceGroup?: ResourceGroupFacts;
  readonly deploymentName?: string;
  /** What `environment()` answers. */
  readonly environment?: JsonObject;
  /** For `utcNow()`, milliseconds since the epoch. */
  readonly now?: number;
  readonly newGuid?: () => string;
  /** What is deployed at an id: all of it when `full`, else its `properties`. `undefined` leaves the value pending, which throws `Pending`. */
  readonly reference?: (target: ReferenceTarget) => JsonValue | undefined;
  /** What a `list*` action answers. */
  readonly list?: (target: ReferenceTarget & { readonly action: string; readonly body?: JsonValue }) => JsonValue | undefined;
}

export interface ReferenceTarget {
  readonly id: string;
  /** The template's own resource with that id, if it has one. */
  readonly resource?: PlannedResource;
  readonly apiVersion: string | undefined;
  readonly full: boolean;
}

export interface EvaluatedResource {
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly condition: boolean;
  readonly existing: boolean;
  readonly dependsOn: readonly string[];
  /** Absent when the condition is false, for existing resources and for nested deployments. */
  readonly body?: JsonObject;
  /** Of a nested deployment that is evaluated by itself: its template, and the values that it is given. */
  readonly nested?: { readonly template: JsonObject; readonly parameters: JsonObject };
}

/** Evaluates a whole template without deploying it: the same bodies that a deployment would PUT, and its outputs. */
export function evaluateTemplate(input: TemplateEvaluation): {
  readonly resources: EvaluatedResource[];
  readonly outputs: Record<string, { readonly type: string; readonly value: JsonValue }>;
} {
  const name = input.deploymentName ?? "deployment";
  const plan = planTemplate({
    template: input.template,
    given: input.parameters ?? {},
    target: {
      subscriptionId: input.subscriptionId,
      ...(input.resourceGroup === undefined ? {} : { resourceGroup: input.resourceGroup.name }),
    },
    surroundings: {
      tenantId: input.tenantId,
      subscriptionId: input.subscriptionId,
      ...(input.resourceGroup === undefined ? {} : { resourceGroup: input.resourceGroup }),
      deployment: {
        name,
        properties: {
          template: input.template,
          parameters: input.parameters ?? {},
          mode: "Incremental",
          provisioningState: "Accepted",
        },
      },
      environment: input.environment ?? {},
      deployer: { tenantId: input.tenantId, objectId: "00000000-0000-0000-0000-000000000000" },
    },
    moment: { now: input.now ?? 0, newGuid: input.newGuid ?? (() => "00000000-0000-0000-0000-000000000000") },
  });

  const target = (text: string, apiVersion: string | undefined, full: boolean): ReferenceTarget => {
    const [resource] = plan.find(text);
    return {
      id: resource?.id ?? text,
      ...(resource === undefined ? {} : { resource }),
      apiVersion: apiVersion ?? resource?.apiVersion,
      full,
    };
  };
  const known = (value: JsonValue | undefined, text: string): JsonValue => {
    if (value === undefined) throw new Pending(`the state of '${text}' is not known`);
    return value;
  };
  const runtime: RuntimeFunctions = {
    reference: (text, apiVersion, full) => known(input.reference?.(target(text, apiVersion, full)), text),
    references: (loop, full) => plan.find(loop).map(({ id }) => known(input.reference?.(target(id, undefined, full)), id)),
    list: (action, text, apiVersion, body) =>
      known(input.list?.({ ...target(text, apiVersion, false), action, ...(body === undefined ? {} : { body }) }), text),
  };

  const resources = plan.resources.map((resource): EvaluatedResource => {
    const { key, id, type, apiVersion, condition, existing, dependsOn } = resource;
    const hasBody = condition && !existing && resource.nested === undefined;
    return {
      key,
      id,
      type,
      name: resource.name,
      apiVersion,
      condition,
      existing,
      dependsOn,
      ...(hasBody ? { body: evaluateBody(resource, runtime) } : {}),
      ...(condition && resource.nested?.inner ? { nested: insideOf(resource, resource.nested, runtime) } : {}),
    };
  });
  const outputs = [...evaluateOutputs(plan, runtime)].map(([output, { type, value }]) => [output, { type, value }] as const);
  return { resources, outputs: Object.fromEntries(outputs) };
}

function insideOf(resource: PlannedResource, nested: NestedDeployment, runtime: RuntimeFunctions) {
  const parameters = evaluateNestedParameters(nested, resource.scope, runtime, `resources '${resource.key}'`);
  return { template: nested.template, parameters };
}
