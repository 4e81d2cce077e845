import { isObject, type JsonObject } from "../../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { LIMIT_RANGE } from "../kinds/core.ts";
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
