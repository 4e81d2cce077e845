import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { emitScripts } from "../../src/emit/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { temporaryFolder } from "../support/quayside.ts";

const { files } = emitScripts(definePlatform());
const hasJq = spawnSync("jq", ["--version"]).error === undefined;

/** The lines that one of the scripts' jq programs makes of an answer of az. */
function jq(program: string, input: JsonValue, slurped: Readonly<Record<string, JsonValue>> = {}): string[] {
  using folder = temporaryFolder();
  const write = (name: string, text: string) => {
    const file = join(folder.path, name);
    writeFileSync(file, text);
    return file;
  };
  const more = Object.entries(slurped).flatMap(([name, value]) => ["--slurpfile", name, write(name, JSON.stringify(value))]);
  const code = write("program.jq", files.get(`scripts/lib/${program}`) ?? "");
  const { stdout, stderr } = spawnSync("jq", ["-r", "--arg", "location", "eastus", ...more, "-f", code], {
    input: JSON.stringify(input),
    encoding: "utf8",
  });
  if (stderr !== "") throw new Error(stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "");
}

const id = (path: string) => `/subscriptions/s/resourceGroups/rg/providers/${path}`;
const CLUSTER = "Microsoft.ContainerService/managedClusters/aks";

describe.skipIf(!hasJq)("jq programs of the scripts (skipped where there is no jq)", () => {
  test("what would change is told resource by resource, with the members of those that are modified", () => {
    const changes = [
      { changeType: "NoChange", resourceId: id("A.B/c/same") },
      { changeType: "Create", resourceId: id("A.B/c/new"), after: {} },
      {
        changeType: "Modify",
        resourceId: id(CLUSTER),
        delta: [
          { path: "properties.kubernetesVersion", propertyChangeType: "Modify", before: "1.34", after: "1.35", children: null },
          {
            path: "properties.agentPoolProfiles",
            propertyChangeType: "Array",
            children: [{ path: "0", propertyChangeType: "Modify", children: [{ path: "count", before: 3, after: null }] }],
          },
        ],
      },
    ];

    expect(jq("what-if.jq", { changes })).toEqual([
      "    + A.B/c/new",
      `    ~ ${CLUSTER}`,
      '        properties.kubernetesVersion: "1.34" -> "1.35"',
      "        properties.agentPoolProfiles.0.count: 3 -> nothing",
      "Resource changes: 1 to create, 1 to modify.",
    ]);
    expect(jq("what-if.jq", { changes: changes.slice(0, 1) })).toEqual(["Resource changes: no change."]);
  });

  const pool = (more: object) => ({ count: 2, vmSize: "Standard_A", availabilityZones: ["1"], ...more });
  const pools = (name: string, more: object, before?: object) => ({
    changeType: before === undefined ? "Create" : "Modify",
    resourceId: id(`${CLUSTER}/agentPools/${name}`),
    after: { properties: pool(more) },
    ...(before === undefined ? {} : { before: { properties: pool(before) } }),
  });
  const sku = (name: string, more: object = {}) => ({
    name,
    family: `standard${name}Family`,
    capabilities: [{ name: "vCPUs", value: "4" }],
    locationInfo: [{ location: "eastus", zones: ["1", "2"] }],
    restrictions: [],
    ...more,
  });
  const OFFERED = {
    skus: [
      sku("Standard_A"),
      sku("Standard_B", { restrictions: [{ type: "Location", reasonCode: "NotAvailableForSubscription" }] }),
    ],
    usage: [
      { name: { value: "cores" }, currentValue: 0, limit: 100 },
      { name: { value: "lowPriorityCores" }, currentValue: 0, limit: 4 },
      { name: { value: "standardstandard_aFamily" }, currentValue: "90", limit: "100" },
    ],
    versions: { values: [{ version: "1.34" }, { version: "1.35", patchVersions: { "1.35.2": {} } }] },
  };

  test.each<[string, JsonValue[], string[]]>([
    ["what fits", [pools("a", {})], []],
    ["a size that is not offered", [pools("a", { vmSize: "Standard_X" })], ["Standard_X of pool a is not offered in eastus"]],
    [
      "a size that is not open",
      [pools("a", { vmSize: "Standard_B", count: 0 })],
      ["Standard_B of pool a is not open to this subscription in eastus (NotAvailableForSubscription)"],
    ],
    [
      "a zone that is not there",
      [pools("a", { availabilityZones: ["1", "3"] })],
      ["Standard_A of pool a is not in zone 3 of eastus"],
    ],
    [
      "more than the family's quota in two pools",
      [pools("a", {}), pools("b", {})],
      ["quota standardStandard_AFamily has 10 vCPUs left in eastus, and a, b need 16"],
    ],
    ["only what is added", [pools("a", { count: 4 }, { count: 2 })], []],
    [
      "Spot in a quota of its own",
      [pools("a", { scaleSetPriority: "Spot" })],
      ["quota lowPriorityCores has 4 vCPUs left in eastus, and a need 8"],
    ],
    [
      "a version that only begins like one on offer",
      [
        {
          changeType: "Create",
          resourceId: id(CLUSTER),
          after: { properties: { kubernetesVersion: "1.3", agentPoolProfiles: [] } },
        },
      ],
      ["Kubernetes 1.3 is not offered in eastus; it has 1.34, 1.35"],
    ],
    [
      "a cluster's own pools, and its version",
      [
        {
          changeType: "Create",
          resourceId: id(CLUSTER),
          after: { properties: { kubernetesVersion: "1.29", agentPoolProfiles: [{ name: "system", ...pool({ count: 3 }) }] } },
        },
      ],
      [
        "quota standardStandard_AFamily has 10 vCPUs left in eastus, and system need 12",
        "Kubernetes 1.29 is not offered in eastus; it has 1.34, 1.35",
      ],
    ],
  ])("preflight: %s", (_, changes, problems) => {
    expect(jq("preflight.jq", { changes }, OFFERED)).toEqual(problems);
  });

  const training = (name: string, more: object = {}, scale: object = {}) => ({
    changeType: "Create",
    resourceId: id(`Microsoft.MachineLearningServices/workspaces/w/computes/${name}`),
    after: {
      properties: {
        computeType: "AmlCompute",
        properties: { vmSize: "Standard_D4s_v3", scaleSettings: { minNodeCount: 0, maxNodeCount: 4, ...scale }, ...more },
      },
    },
  });
  const mlSize = (name: string, vCPUs: number, gpus = 0) => ({
    name,
    vCPUs,
    gpus,
    family: "standardDSv3Family",
    supportedComputeTypes: ["AmlCompute"],
  });
  const mlUsage = (type: string, value: string, limit: number) => ({ type: `m/${type}/usages`, name: { value }, limit });
  const MACHINE_LEARNING = {
    sizes: { value: [mlSize("Standard_D4s_v3", 4), mlSize("Standard_D8s_v3", 8), mlSize("Standard_NC4as_T4_v3", 4, 1)] },
    usages: {
      value: [
        mlUsage("vmFamily/lowPriorityCores", "standardDSv3Family", -1),
        mlUsage("totalDedicatedCores", "TotalDedicatedCores", 20),
        mlUsage("vmFamily/dedicatedCores", "standardDSv3Family", 6),
        mlUsage("totalLowPriorityCores", "TotalLowPriorityCores", 0),
      ],
    },
  };

  test.each<[string, JsonValue, string[]]>([
    ["one that fits", training("cpu"), []],
    ["one that stands", { ...training("cpu", { vmSize: "Standard_X9" }), changeType: "Modify" }, []],
    [
      "a size that is not offered",
      training("cpu", { vmSize: "Standard_D4ds_v9" }),
      ["Standard_D4ds_v9 of training cluster cpu is not offered by Azure ML in eastus; take Standard_D4s_v3, Standard_D8s_v3"],
    ],
    [
      "a size whose number comes first",
      training("cpu", { vmSize: "Standard_4DS" }),
      ["Standard_4DS of training cluster cpu is not offered by Azure ML in eastus; take Standard_D4s_v3, Standard_D8s_v3"],
    ],
    [
      "a size with GPUs that is not offered",
      training("gpu", { vmSize: "Standard_NC6s_v3" }),
      ["Standard_NC6s_v3 of training cluster gpu is not offered by Azure ML in eastus; take Standard_NC4as_T4_v3"],
    ],
    [
      "more nodes at the least than the family's quota has room for",
      training("cpu", {}, { minNodeCount: 2 }),
      ["quota standardDSv3Family of Azure ML is 6 vCPUs in eastus, and 2 nodes of training cluster cpu take 8"],
    ],
    [
      "low priority without a quota, whatever its family has",
      training("spot", { vmPriority: "LowPriority" }),
      ["quota TotalLowPriorityCores of Azure ML is 0 vCPUs in eastus, and a node of training cluster spot takes 4"],
    ],
  ])("training clusters: %s", (_, change, problems) => {
    expect(jq("training.jq", { changes: [change] }, MACHINE_LEARNING)).toEqual(problems);
  });

  test("training clusters of which Azure ML says nothing are let through", () => {
    const change = training("cpu", { vmSize: "Standard_X9" });

    expect(jq("training.jq", { changes: [change] }, { sizes: null, usages: null })).toEqual([]);
  });
});
