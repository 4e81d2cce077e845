import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../base/index.ts";
import type { Resource } from "../../contract.ts";
import { startWorkspace, type WorkspaceFixture } from "./fixture.ts";

let fixture: WorkspaceFixture;
let cluster: string;

beforeAll(async () => {
  fixture = await startWorkspace();
  cluster = `${fixture.group}/providers/Microsoft.ContainerService/managedClusters/aks`;
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const CLUSTER = "Microsoft.ContainerService/managedClusters";
const resource = (id: string, type: string, properties: JsonObject): Resource => ({
  id,
  name: id.split("/").at(-1) ?? "",
  type,
  properties: { provisioningState: "Succeeded", ...properties },
});

/** The parts of a cluster that an attach looks at, each of which may be left out or changed. */
function saveCluster(
  parts: { cluster?: JsonObject; namespace?: boolean; extension?: JsonObject | null; binding?: boolean } = {},
): void {
  const { resources } = fixture.test.host;
  const source = { sourceResourceId: fixture.workspace, roles: ["Microsoft.MachineLearningServices/workspaces/mlworkload"] };
  resources.save(resource(cluster, CLUSTER, { disableLocalAccounts: true, ...parts.cluster }));
  resources.save(
    resource(`${cluster}/managedNamespaces/azureml`, `${CLUSTER}/managedNamespaces`, {
      provisioningState: parts.namespace === false ? "Failed" : "Succeeded",
    }),
  );
  resources.save(
    resource(
      `${cluster}/trustedAccessRoleBindings/ml`,
      `${CLUSTER}/trustedAccessRoleBindings`,
      parts.binding === false ? {} : source,
    ),
  );
  const extension = {
    extensionType: parts.extension === null ? "microsoft.flux" : "Microsoft.AzureML.Kubernetes",
    ...parts.extension,
  };
  resources.save(
    resource(
      `${cluster}/providers/Microsoft.KubernetesConfiguration/extensions/amlext`,
      "Microsoft.KubernetesConfiguration/extensions",
      extension,
    ),
  );
}

beforeEach(() => saveCluster());

const body = (properties: JsonObject = {}, more: JsonObject = {}) => ({
  location: "eastus",
  identity: { type: "Systemassigned" },
  properties: { computeType: "Kubernetes", resourceId: cluster, properties: { namespace: "azureml", ...properties }, ...more },
});
const compute = (name: string) => `${fixture.workspace}/computes/${name}`;
const attach = async (name: string, given: JsonObject = body()) =>
  await fixture.test.settle(await fixture.test.ask("PUT", compute(name), { body: given }));
const errorOf = (answer: JsonObject) => (answer.error ?? {}) as { code?: string; message?: string };

test("a cluster is attached with its namespace and its instance types", async () => {
  const instanceTypes = { cpu: { nodeSelector: { pool: "ml" }, resources: { requests: { cpu: "1" }, limits: { cpu: "2" } } } };

  const ended = await attach("k8s", body({ instanceTypes, defaultInstanceType: "cpu" }));
  const { json } = await fixture.test.ask("GET", compute("k8s"));

  expect(ended.json.status).toBe("Succeeded");
  expect(json.properties).toMatchObject({
    computeType: "Kubernetes",
    isAttachedCompute: true,
    computeLocation: "eastus",
    provisioningState: "Succeeded",
    properties: {
      namespace: "azureml",
      defaultInstanceType: "cpu",
      instanceTypes: { cpu: instanceTypes.cpu, defaultinstancetype: expect.anything() },
    },
  });
});

test("an attached cluster cannot be updated, only detached", async () => {
  await attach("once");

  const again = await fixture.test.ask("PUT", compute("once"), { body: body() });
  const deleted = await fixture.test.ask("DELETE", `${compute("once")}?underlyingResourceAction=Delete`);
  const detached = await fixture.test.ask("DELETE", `${compute("once")}?underlyingResourceAction=Detach`);

  expect([again.status, deleted.status, detached.status]).toEqual([400, 400, 202]);
});

test.each([
  ["no extension", { extension: null }, "ClusterServiceNotFound"],
  ["an extension that failed", { extension: { provisioningState: "Failed" } }, "ClusterServiceNotFound"],
  ["no trusted access and local accounts off", { binding: false }, "ComputeNotAccessible"],
  [
    "local accounts on, but no role for the workspace",
    { binding: false, cluster: { disableLocalAccounts: false } },
    "ComputeNotAccessible",
  ],
  ["no namespace", { namespace: false }, "GenericComputeError"],
  ["a cluster that is still being made", { cluster: { provisioningState: "Updating" } }, "ClusterNotReachable"],
] as const)("with %s the attach fails, and can be tried again", async (_title, parts, code) => {
  saveCluster(parts);
  const failed = await attach("retry");
  saveCluster();
  const repaired = await attach("retry");
  await fixture.test.settle(await fixture.test.ask("DELETE", compute("retry")));

  expect([failed.json.status, errorOf(failed.json).code]).toEqual(["Failed", code]);
  expect(repaired.json.status).toBe("Succeeded");
});

const OTHER_CLUSTER =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/a";
const managed = (properties: JsonObject) => ({ location: "eastus", properties: { computeType: "AmlCompute", properties } });
const size = "Standard_D4ds_v5";

test.each([
  ["a cluster of another subscription", () => body({}, { resourceId: OTHER_CLUSTER }), "another subscription"],
  ["a default instance type that is none", () => body({ defaultInstanceType: "gpu" }), "gpu"],
  ["a compute instance", () => ({ location: "eastus", properties: { computeType: "ComputeInstance" } }), "ComputeInstance"],
  ["an unknown size", () => managed({ vmSize: "Huge", scaleSettings: { maxNodeCount: 1 } }), "Huge"],
  ["no bound on nodes", () => managed({ vmSize: size }), "maxNodeCount"],
  [
    "more nodes at least than at most",
    () => managed({ vmSize: size, scaleSettings: { minNodeCount: 3, maxNodeCount: 1 } }),
    "minNodeCount is 3",
  ],
])("%s is refused", async (_title, given, words) => {
  const answer = await fixture.test.ask("PUT", compute("refused"), { body: given() });

  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(words);
});

test("a managed compute scales by update, but keeps its size", async () => {
  const properties = (vmSize: string, maxNodeCount: number) => ({
    location: "eastus",
    properties: { computeType: "AmlCompute", properties: { vmSize, scaleSettings: { maxNodeCount } } },
  });

  await fixture.test.put(fixture.compute, properties("Standard_D4ds_v5", 8));
  const resized = await fixture.test.ask("PUT", fixture.compute, { body: properties("Standard_D8ds_v5", 8) });
  const { json } = await fixture.test.ask("GET", fixture.compute);

  expect(resized.status).toBe(400);
  expect(json.properties).toMatchObject({
    properties: { vmSize: "Standard_D4ds_v5", scaleSettings: { maxNodeCount: 8, minNodeCount: 0 } },
  });
});

test("training nodes without public addresses need a private endpoint of the workspace, or its managed network", async () => {
  const { test, group, workspace } = fixture;
  const network = "Microsoft.Network/virtualNetworks";
  const subnet = `${group}/providers/${network}/vnet/subnets/snet`;
  test.host.resources.save(resource(`${group}/providers/${network}/vnet`, network, {}));
  test.host.resources.save(resource(subnet, `${network}/subnets`, { addressPrefix: "10.0.0.0/24" }));
  const endpointId = `${group}/providers/Microsoft.Network/privateEndpoints/pep`;
  const endpoint = (groupId: string) =>
    resource(endpointId, "Microsoft.Network/privateEndpoints", {
      privateLinkServiceConnections: [
        { name: "pep", properties: { privateLinkServiceId: workspace.toUpperCase(), groupIds: [groupId] } },
      ],
    });
  const make = async (name: string, properties: JsonObject) => {
    const given = managed({ vmSize: size, scaleSettings: { maxNodeCount: 1 }, subnet: { id: subnet }, ...properties });
    return (await test.settle(await test.ask("PUT", compute(name), { body: given }))).json;
  };

  expect(errorOf(await make("hidden", { enableNodePublicIp: false }))).toMatchObject({
    code: "UserError",
    message: expect.stringContaining("requires a private endpoint of the workspace"),
  });
  test.host.resources.save(endpoint("blob"));
  expect(errorOf(await make("hidden", { enableNodePublicIp: false })).code).toBe("UserError");
  expect(await make("seen", { enableNodePublicIp: true })).toMatchObject({ status: "Succeeded" });
  test.host.resources.save(endpoint("amlworkspace"));
  expect(await make("hidden", { enableNodePublicIp: false })).toMatchObject({ status: "Succeeded" });
});
