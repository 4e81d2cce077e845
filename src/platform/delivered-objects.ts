import { asObject, asString, isObject, type JsonObject, type JsonValue } from "../base/index.ts";
import { readValues } from "./check/values.ts";
import { type ClusterLayer, clusterObjects } from "./cluster-objects.ts";
import { COMPUTE_NAMESPACE, PART_OF } from "./cluster-words.ts";

/**
 * The objects of a cluster that is deployed with these values: what kustomize makes of its environment's overlay and of the
 * components that its switches ask for, in its compute namespace.
 */
export function deliveredObjects(values: Readonly<Record<string, JsonValue>>): JsonObject[] {
  const { environmentName, computeNamespace, enableGpuNodes, enableSpotNodes, profile } = readValues(values);
  const { layers } = clusterObjects();
  const chosen = [
    "base",
    `overlays/${environmentName}`,
    ...(profile.managedPrometheus ? ["components/managed-prometheus"] : []),
    ...(enableGpuNodes ? ["components/gpu"] : []),
    ...(enableSpotNodes ? ["components/spot"] : []),
  ].flatMap((folder) => layers[folder] ?? []);
  return chosen
    .reduce<readonly JsonObject[]>(laidOver, [])
    .map((object) => (namespaceOf(object) === COMPUTE_NAMESPACE ? inNamespace(object, computeNamespace) : object));
}

/** How to find what was delivered: the label that each object has, and the kinds that there are. */
export function deliveredKinds(): {
  readonly labelSelector: string;
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
} {
  const objects = Object.values(clusterObjects().layers).flatMap(objectsOf);
  const named = objects.map((object) => ({ apiVersion: asString(object.apiVersion), kind: asString(object.kind) }));
  const kinds = new Map(named.map((name) => [`${name.apiVersion} ${name.kind}`, name]));
  const labelSelector = Object.entries(PART_OF)
    .map((label) => label.join("="))
    .join(",");
  return { labelSelector, kinds: [...kinds.values()] };
}

function objectsOf({ files }: ClusterLayer): JsonObject[] {
  return Object.values(files).flatMap((file) => file.map(({ object }) => object));
}

/** A layer's own objects behind the others, its patches over all. */
function laidOver(below: readonly JsonObject[], layer: ClusterLayer): JsonObject[] {
  const patches = layer.patches ?? [];
  return [...below, ...objectsOf(layer)].map((object) =>
    patches.filter((patch) => isSame(patch, object)).reduce<JsonObject>(patched, object),
  );
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  return a.apiVersion === b.apiVersion && a.kind === b.kind && nameOf(a) === nameOf(b) && namespaceOf(a) === namespaceOf(b);
}

/** Members are merged and lists replaced: what a strategic merge does to lists that have no key, as all that are patched here. */
function patched(object: JsonObject, patch: JsonObject): JsonObject {
  const merged = Object.entries(patch).map(([name, value]): [string, JsonValue | undefined] => {
    const own = object[name];
    return [name, isObject(own) && isObject(value) ? patched(own, value) : value];
  });
  return { ...object, ...Object.fromEntries(merged) };
}

function inNamespace(object: JsonObject, namespace: string): JsonObject {
  return { ...object, metadata: { ...asObject(object.metadata), namespace } };
}

function nameOf(object: JsonObject): JsonValue | undefined {
  return asObject(object.metadata).name;
}

function namespaceOf(object: JsonObject): JsonValue | undefined {
  return asObject(object.metadata).namespace;
}
