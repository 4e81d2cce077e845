import { createHash } from "node:crypto";
import type { JsonObject } from "../../../../base/index.ts";
import { apiVersionOf, type Kind, type Verb } from "../kinds/kind.ts";
import type { Schema } from "../schema/schema.ts";
import { nothingHere } from "./place.ts";

/** `/openapi/v3`: a document for each group and version. */
export function openApiRoot(kinds: readonly Kind[]): JsonObject {
  const paths = [...new Set(kinds.map(pathOf))].map((path) => {
    const hash = createHash("sha256")
      .update(JSON.stringify(openApiDocument(kinds, path)))
      .digest("hex")
      .slice(0, 32)
      .toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const;
  });
  return { paths: Object.fromEntries(paths) };
}

function pathOf(kind: Kind): string {
  return kind.group === "" ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
}

export function openApiDocument(kinds: readonly Kind[], path: string): JsonObject {
  const known = kinds.filter((kind) => pathOf(kind) === path);
  if (known.length === 0) throw nothingHere();
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "unversioned" },
    paths: Object.fromEntries(known.flatMap(pathsOf)),
    components: { schemas: Object.fromEntries(known.map((kind) => [schemaName(kind), schemaOf(kind)])) },
  };
}

function schemaName({ group, version, kind }: Kind): string {
  const reversed = group === "" ? "core" : group.split(".").reverse().join(".");
  return `${reversed}.${version}.${kind}`;
}

function typeOf({ group, version, kind }: Kind): JsonObject {
  return { group, version, kind };
}

function schemaOf(kind: Kind): JsonObject {
  return { ...jsonSchema(kind.schema), "x-kubernetes-group-version-kind": [typeOf(kind)] };
}

const METHODS: Partial<Record<Verb, string>> = { get: "get", update: "put", patch: "patch", delete: "delete" };
/** Clients look for these before they rely on them. */
const WRITE_PARAMETERS = ["dryRun", "fieldManager", "fieldValidation"];

function pathsOf(kind: Kind): [string, JsonObject][] {
  const base = `/${pathOf(kind)}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}`;
  const one: JsonObject = {};
  for (const verb of kind.verbs) {
    const method = METHODS[verb];
    if (method !== undefined) one[method] = operation(kind, verb);
  }
  const all: JsonObject = {
    get: operation(kind, "list"),
    ...(kind.verbs.includes("create") ? { post: operation(kind, "create") } : {}),
  };
  return [
    [base, all],
    [`${base}/{name}`, one],
  ];
}

function operation(kind: Kind, verb: Verb): JsonObject {
  const names =
    verb === "get" || verb === "list"
      ? []
      : verb === "delete"
        ? ["dryRun"]
        : [...WRITE_PARAMETERS, ...(verb === "patch" ? ["force"] : [])];
  const schema = { $ref: `#/components/schemas/${schemaName(kind)}` };
  return {
    operationId: `${verb}${apiVersionOf(kind).replaceAll(/\W/g, "_")}${kind.kind}`,
    parameters: names.map((name) => ({ name, in: "query", schema: { type: name === "force" ? "boolean" : "string" } })),
    responses: { 200: { description: "OK", content: { "application/json": { schema } } } },
    "x-kubernetes-action": verb,
    "x-kubernetes-group-version-kind": typeOf(kind),
  };
}

function jsonSchema(schema: Schema): JsonObject {
  switch (schema.kind) {
    case "any":
      return { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    case "string":
      return {
        type: "string",
        ...(schema.format === undefined ? {} : { format: schema.format }),
        ...(schema.oneOf === undefined ? {} : { enum: [...schema.oneOf] }),
      };
    case "integer":
      return { type: "integer", format: "int64" };
    case "boolean":
      return { type: "boolean" };
    case "quantity":
      return { oneOf: [{ type: "string" }, { type: "number" }] };
    case "intOrString":
      return { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] };
    case "map":
      return { type: "object", additionalProperties: jsonSchema(schema.values) };
    case "struct":
      return {
        type: "object",
        properties: Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, jsonSchema(field)])),
        ...(schema.required === undefined || schema.required.length === 0 ? {} : { required: [...schema.required] }),
        ...(schema.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
      };
    case "list":
      return { type: "array", items: jsonSchema(schema.items), ...listType(schema.merge) };
  }
}

function listType(merge: "set" | readonly string[] | undefined): JsonObject {
  if (merge === undefined) return { "x-kubernetes-list-type": "atomic" };
  if (merge === "set") return { "x-kubernetes-list-type": "set" };
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [...merge] };
}
