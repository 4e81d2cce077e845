import type { JsonObject } from "../../../../base/index.ts";
import { objectAt } from "../kinds/columns.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";

export interface Shape {
  readonly asTable: boolean;
  /** `includeObject` of a table: the metadata, the whole object or nothing of it. */
  readonly include: string;
  readonly nowMs: number;
}

export function oneObject(kind: Kind, object: JsonObject, shape: Shape): JsonObject {
  return shape.asTable ? table(kind, [object], shape, textVersion(object)) : object;
}

export function objectList(kind: Kind, objects: readonly JsonObject[], version: number, shape: Shape): JsonObject {
  if (shape.asTable) return table(kind, objects, shape, String(version));
  return {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(version) },
    items: [...objects],
  };
}

/** What `kubectl get` prints: the server knows the columns. */
function table(kind: Kind, objects: readonly JsonObject[], { include, nowMs }: Shape, resourceVersion: string): JsonObject {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion },
    columnDefinitions: kind.columns.map(({ name, type, format, priority }) => ({
      name,
      type,
      format: format ?? "",
      description: "",
      priority: priority ?? 0,
    })),
    rows: objects.map((object) => ({
      cells: kind.columns.map((column) => column.value(object, nowMs)),
      ...(include === "None" ? {} : { object: include === "Object" ? object : metadataOf(object) }),
    })),
  };
}

function metadataOf(object: JsonObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: objectAt(object, "metadata") };
}

function textVersion(object: JsonObject): string {
  const { resourceVersion } = objectAt(object, "metadata");
  return typeof resourceVersion === "string" ? resourceVersion : "";
}
