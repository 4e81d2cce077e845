import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { asString, isObject, type JsonObject } from "../../src/base/index.ts";
import { writeFiles } from "../../src/cli/printed-files.ts";
import { emitKubernetes } from "../../src/emit/index.ts";
import { clusterObjects, deliveredKinds, deliveredObjects, ENVIRONMENTS } from "../../src/platform/index.ts";
import { findKubectl } from "../support/kubectl.ts";
import { objectsOfOverlay } from "../support/kustomize.ts";
import { temporaryFolder } from "../support/quayside.ts";

const kubectl = await findKubectl();
if (typeof kubectl === "string") process.stderr.write(`\nSKIPPED: delivered objects against kustomize: ${kubectl}\n\n`);

const named = ({ kind, metadata }: JsonObject) =>
  isObject(metadata) ? [kind, metadata.namespace, metadata.name].map(asString).filter(Boolean).join(" ") : "";
const sorted = (objects: readonly JsonObject[]) => objects.toSorted((a, b) => (named(a) < named(b) ? -1 : 1));

test.each(ENVIRONMENTS)("up delivers what the overlay of %s holds", (environmentName) => {
  expect(sorted(deliveredObjects({ environmentName }))).toEqual(sorted(objectsOfOverlay(environmentName)));
});

describe.skipIf(typeof kubectl === "string")("kustomize", () => {
  test.each([
    ["dev", []],
    ["prod", ["gpu"]],
    ["staging", ["gpu", "spot"]],
  ] as const)("makes the same of %s with %j", async (environment, components) => {
    if (typeof kubectl === "string") throw new Error(kubectl);
    using folder = temporaryFolder();
    await writeFiles(folder.path, emitKubernetes(clusterObjects()).files);
    const own = join(folder.path, "kubernetes", "overlays", "tried");
    mkdirSync(own);
    const kustomization = { resources: [`../${environment}`], components: components.map((name) => `../../components/${name}`) };
    writeFileSync(join(own, "kustomization.yaml"), JSON.stringify(kustomization));

    const built = parseAllDocuments(execFileSync(kubectl.program, ["kustomize", own], { encoding: "utf8" }));

    const has = (name: string) => components.some((component) => component === name);
    const values = { environmentName: environment, enableGpuNodes: has("gpu"), enableSpotNodes: has("spot") };
    expect(sorted(deliveredObjects(values))).toEqual(sorted(built.map((document) => document.toJS() as JsonObject)));
  });
});

test("the run's own parameters decide: GPU nodes, managed Prometheus, the compute namespace", () => {
  const names = (values: Parameters<typeof deliveredObjects>[0]) => deliveredObjects(values).map(named);

  expect(names({ enableGpuNodes: true })).toContain("InstanceType gpu");
  expect(names({ enableSpotNodes: true })).toContain("InstanceType spot");
  for (const name of ["InstanceType gpu", "InstanceType spot"]) expect(names({})).not.toContain(name);
  expect(names({})).toContain("PodMonitor ml-workloads models");
  expect(names({ profileOverrides: { managedPrometheus: false } }).filter((name) => name.startsWith("PodMonitor"))).toEqual([]);
  expect(names({ computeNamespace: "team-a" })).toContain("NetworkPolicy team-a default-deny");
  expect(names({ computeNamespace: "team-a" }).filter((name) => name.includes("ml-workloads"))).toEqual([]);
  // The namespace of the extension is not the team's to name.
  expect(names({ computeNamespace: "team-a" })).toContain("ConfigMap azureml volcano-scheduler-autoscaler");
});

test("every object can be found again by its label and kind", () => {
  const { labelSelector, kinds } = deliveredKinds();
  const [key = "", value] = labelSelector.split("=");

  for (const object of deliveredObjects({ enableGpuNodes: true })) {
    const labels = isObject(object.metadata) && isObject(object.metadata.labels) ? object.metadata.labels : {};
    expect(labels[key]).toBe(value);
    expect(kinds).toContainEqual({ apiVersion: object.apiVersion, kind: object.kind });
  }
});
