import { fileURLToPath } from "node:url";
import { Kustomization } from "@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1";
import { GitRepository } from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { PriorityClass } from "kubernetes-models/scheduling.k8s.io/v1";
import { ConfigMap, LimitRange, ResourceQuota } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { asString, type JsonObject } from "../../src/base/index.ts";
import { type Delivery, emitKubernetes } from "../../src/emit/index.ts";
import { clusterObjects } from "../../src/platform/index.ts";
import { CPU_INSTANCE_TYPES } from "../../src/platform/instance-types.ts";
import { recorded } from "./golden.ts";

const { files } = emitKubernetes(clusterObjects());

/** Every object that is printed, read back from the text as kubectl reads it. */
const objects = [...files].flatMap(([path, text]) =>
  path.endsWith("kustomization.yaml")
    ? []
    : parseAllDocuments(text, { version: "1.1" }).map((document) => [path, document.toJS() as JsonObject] as const),
);

test("the committed kubernetes folder is what the definition prints; RECORD=1 rewrites it", () => {
  const made = Object.fromEntries([...files].map(([name, text]) => [name.replace(/^kubernetes\//, ""), text]));

  expect(made).toEqual(recorded(fileURLToPath(new URL("../../kubernetes", import.meta.url)), made));
});

describe("published schemas", () => {
  /** Kinds whose schemas nobody publishes on npm; the embedded AKS knows them. */
  const UNPUBLISHED = ["CiliumNetworkPolicy", "InstanceType", "PodMonitor"];
  const published = objects.filter(([, { kind }]) => !UNPUBLISHED.includes(asString(kind)));

  test("most kinds have one", () => {
    expect(new Set(published.map(([, { kind }]) => kind)).size).toBe(8);
  });

  test.each(published.map(([path, object]) => [`${asString(object.kind)} ${nameOf(object)}`, path, object] as const))(
    "%s in %s is valid",
    (_, __, object) => {
      expect(problems(object)).toEqual([]);
    },
  );

  test("they find what is wrong", () => {
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec: { hard: { pods: true } } };

    expect(problems(quota).join()).toContain("hard");
  });
});

test("every file that a kustomization names is printed", () => {
  const folders = new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf("/"))));
  const named = [...files].flatMap(([path, text]) => {
    if (!path.endsWith("kustomization.yaml")) return [];
    const { resources = [], components = [] } = parse(text) as Record<string, string[] | undefined>;
    return [...resources, ...components].map((name) => new URL(name, `file:///${path}`).pathname.slice(1));
  });

  expect(named.length).toBeGreaterThan(12);
  expect(named.filter((path) => !files.has(path) && !folders.has(path))).toEqual([]);
});

test("no limit range stands in the extension's own namespace, and its maximum lets the largest instance type in", () => {
  const ranges = objects.filter(([, { kind }]) => kind === "LimitRange").map(([, object]) => object);

  expect(ranges.map(({ metadata }) => (metadata as JsonObject).namespace)).toEqual(["ml-workloads"]);
  const [limit] = (ranges[0] as { spec: { limits: { max: JsonObject }[] } } | undefined)?.spec.limits ?? [];
  expect(limit?.max).toEqual(CPU_INSTANCE_TYPES.large?.resources.limits);
});

test("the monitors are of the group that managed Prometheus reads", () => {
  const monitors = objects.filter(([, { kind }]) => kind === "PodMonitor");

  expect(monitors.length).toBe(2);
  for (const [, { apiVersion }] of monitors) expect(apiVersion).toBe("azmonitoring.coreos.com/v1");
});

describe("what cannot be printed", () => {
  const one = (object: JsonObject, ...more: JsonObject[]): Delivery => ({
    layers: {
      base: { about: "All.", files: { "a.yaml": [object, ...more].map((each) => ({ reason: "Because.", object: each })) } },
    },
    flux: {},
  });
  const map = (name: string): JsonObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

  test.each([
    ["an object without a name", one({ apiVersion: "v1", kind: "ConfigMap" }), "emit.kubernetes.nameless"],
    ["a name that is no DNS subdomain", one(map("My_Map")), "emit.kubernetes.name"],
    ["one object twice", one(map("a"), map("a")), "emit.kubernetes.twice"],
  ])("%s is refused, and nothing is printed", (_, delivery, code) => {
    const result = emitKubernetes(delivery);

    expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(result.files.size).toBe(0);
  });
});

function nameOf(object: JsonObject): string {
  return asString((object.metadata as JsonObject).name);
}

type Model = new (object: never) => { validate(): void };

const MODELS: Readonly<Record<string, Model>> = {
  "v1 ConfigMap": ConfigMap,
  "v1 LimitRange": LimitRange,
  "v1 ResourceQuota": ResourceQuota,
  "networking.k8s.io/v1 NetworkPolicy": NetworkPolicy,
  "policy/v1 PodDisruptionBudget": PodDisruptionBudget,
  "scheduling.k8s.io/v1 PriorityClass": PriorityClass,
  "source.toolkit.fluxcd.io/v1 GitRepository": GitRepository,
  "kustomize.toolkit.fluxcd.io/v1 Kustomization": Kustomization,
};

/** What the published schema of an object's kind says against it. */
function problems(object: JsonObject): string[] {
  const type = `${asString(object.apiVersion)} ${asString(object.kind)}`;
  const Kind = MODELS[type];
  if (Kind === undefined) return [`no schema of ${type}`];
  try {
    // The schema is what finds out whether it is one.
    new Kind(object as never).validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
