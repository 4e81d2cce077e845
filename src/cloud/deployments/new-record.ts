import { parseResourceId, resourceType } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import {
  displayType,
  evaluateKnown,
  holdsSecrets,
  type Plan,
  type PlannedResource,
  resolveType,
  withoutSecrets,
} from "../template/index.ts";
import { type DeploymentFacts, type Engine, nameOfId, typeOfId } from "./engine.ts";
import type { DeploymentRecord } from "./record.ts";
import { templateHash } from "./template-hash.ts";

export type NewRecord = Pick<
  DeploymentRecord,
  "id" | "name" | "target" | "given" | "mode" | "apiVersion" | "correlationId" | "runId" | "caller" | "parent" | "tags"
> & { readonly plan: Plan; readonly facts: DeploymentFacts };

/** The record of a run that is about to start. */
export function newRecord({ host }: Engine, { facts, given, plan, ...more }: NewRecord): DeploymentRecord {
  const active = plan.resources.filter(({ condition, existing }) => condition && !existing);
  return {
    ...more,
    state: "Accepted",
    startedAt: host.clock.now(),
    template: facts.template,
    ...(facts.location === undefined ? {} : { location: facts.location }),
    templateHash: templateHash(facts.template),
    ...splitSecrets(plan, given),
    parameters: shownParameters(plan),
    providers: providersOf(active),
    dependencies: dependenciesOf(plan, active),
    validatedResources: active.map(({ id }) => ({ id })),
  };
}

function splitSecrets(plan: Plan, given: JsonObject): { given: JsonObject; hadSecrets: boolean } {
  const { definitions, parameters } = plan.template;
  const secret = new Set(
    parameters.filter(({ declaration }) => holdsSecrets(declaration, definitions)).map(({ name }) => name.toLowerCase()),
  );
  const kept = Object.entries(given).filter(([name]) => !secret.has(name.toLowerCase()));
  return { given: Object.fromEntries(kept), hadSecrets: kept.length < Object.keys(given).length };
}

/** Every parameter with its type and, unless it is secure, its value. */
export function shownParameters({ parameter, template }: Plan): JsonObject {
  const { definitions } = template;
  return Object.fromEntries(
    template.parameters.map(({ declaration, name }) => {
      const shown = withoutSecrets(parameter(name), declaration, definitions);
      return [
        name,
        { type: displayType(resolveType(declaration, definitions)), ...(shown === undefined ? {} : { value: shown }) },
      ];
    }),
  );
}

export function providersOf(resources: readonly PlannedResource[]): JsonObject[] {
  const byNamespace = new Map<string, Map<string, Set<string>>>();
  for (const { body, id, scope } of resources) {
    const [namespace = "", ...types] = typeOfId(id).split("/");
    const known = byNamespace.get(namespace) ?? new Map<string, Set<string>>();
    const locations = known.get(types.join("/")) ?? new Set<string>();
    const location = evaluateKnown(body.location ?? null, scope);
    if (location.complete && typeof location.value === "string") locations.add(location.value);
    known.set(types.join("/"), locations);
    byNamespace.set(namespace, known);
  }
  return [...byNamespace].map(([namespace, types]) => ({
    namespace,
    resourceTypes: [...types].map(([type, locations]) => ({
      resourceType: type,
      locations: locations.size === 0 ? [null] : [...locations],
    })),
  }));
}

export function dependenciesOf(plan: Plan, resources: readonly PlannedResource[]): JsonObject[] {
  const byKey = new Map(plan.resources.map((resource) => [resource.key, resource]));
  return resources.flatMap((resource) => {
    const dependsOn = resource.dependsOn.flatMap((key) => {
      const other = byKey.get(key);
      return other?.condition === true && !other.existing ? [describe(other)] : [];
    });
    return dependsOn.length === 0 ? [] : [{ dependsOn, ...describe(resource) }];
  });
}

function describe({ id }: PlannedResource): JsonObject {
  const parsed = parseResourceId(id);
  return { id, resourceType: (parsed && resourceType(parsed)) ?? typeOfId(id), resourceName: nameOfId(id) };
}
