import { asString, isObject, type JsonObject } from "../../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { LIMIT_RANGE } from "../kinds/core.ts";
import { containers } from "../kinds/pod.ts";
import { amount } from "../schema/quantity.ts";
import type { Keeper } from "./keeper.ts";

/** A pod as the limit ranges of its namespace complete it: containers that ask for nothing get the defaults. */
export function withLimits(keeper: Keeper, pod: JsonObject): JsonObject {
  const limits = keeper
    .list(LIMIT_RANGE, textAt(pod, "metadata.namespace"))
    .flatMap((range) => objectsAt(range, "spec.limits"))
    .filter(({ type }) => type === "Container");
  const complete = (container: JsonObject) => limits.reduce(withDefault, container);
  const spec = objectAt(pod, "spec");
  const inside = (member: "containers" | "initContainers") => {
    const given = spec[member];
    return Array.isArray(given) ? { [member]: given.filter(isObject).map(complete) } : {};
  };
  return { ...pod, spec: { ...spec, ...inside("containers"), ...inside("initContainers") } };
}

/** Why a limit range of its namespace forbids a pod that `withLimits` completed, in the API server's words. */
export function exceededLimit(keeper: Keeper, pod: JsonObject): string | undefined {
  const limits = keeper
    .list(LIMIT_RANGE, textAt(pod, "metadata.namespace"))
    .flatMap((range) => objectsAt(range, "spec.limits"))
    .filter(({ type }) => type === "Container");
  const problems = limits.flatMap((limit) => containers(pod).flatMap((container) => problemsOf(limit, container)));
  return problems.length === 0 ? undefined : problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`;
}

function problemsOf(limit: JsonObject, container: JsonObject): string[] {
  const [requests, limits] = [objectAt(container, "resources.requests"), objectAt(container, "resources.limits")];
  const above = Object.entries(objectAt(limit, "max")).flatMap(([resource, most]) => {
    const said = `maximum ${resource} usage per Container is ${asString(most)}`;
    const own = limits[resource];
    if (own === undefined) return [`${said}. No limit is specified`];
    return amount(asString(own)) > amount(asString(most)) ? [`${said}, but limit is ${asString(own)}`] : [];
  });
  const below = Object.entries(objectAt(limit, "min")).flatMap(([resource, least]) => {
    const said = `minimum ${resource} usage per Container is ${asString(least)}`;
    const own = requests[resource];
    if (own === undefined) return [`${said}. No request is specified`];
    return amount(asString(own)) < amount(asString(least)) ? [`${said}, but request is ${asString(own)}`] : [];
  });
  return [...above, ...below];
}

function withDefault(container: JsonObject, limit: JsonObject): JsonObject {
  const own = objectAt(container, "resources");
  const limits = { ...objectAt(limit, "default"), ...objectAt(own, "limits") };
  // What a container limits and does not ask for, it asks for in full.
  const requests = { ...objectAt(limit, "defaultRequest"), ...objectAt(own, "limits"), ...objectAt(own, "requests") };
  return {
    ...container,
    resources: {
      ...own,
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
      ...(Object.keys(requests).length === 0 ? {} : { requests }),
    },
  };
}
