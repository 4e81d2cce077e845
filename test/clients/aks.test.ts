import { readFileSync } from "node:fs";
import { ContainerServiceClient } from "@azure/arm-containerservice";
import { expect, test } from "vitest";
import { SERVER_APPLICATION } from "../../src/cloud/planes/kubernetes/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { buildCore } from "../cloud/core.ts";
import { findKubectl } from "../support/kubectl.ts";

/** Microsoft's own client, pointed at the embedded Azure. */
function client(t: TestCloud): ContainerServiceClient {
  const credential = { getToken: async () => ({ token: await t.token(), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return new ContainerServiceClient(credential, t.cloud.subscriptionId, {
    endpoint: t.cloud.endpoints.arm,
    credentials: { scopes: [`${t.cloud.endpoints.arm}/.default`] },
    tlsOptions: { ca: readFileSync(t.cloud.caFile, "utf8") },
    retryOptions: { maxRetries: 0 },
  });
}

const fast = { updateIntervalInMs: 10 };

test("Microsoft's AKS client makes, reads, scales, lists and deletes a cluster and its pools", async () => {
  await using t = await startTestCloud({ providers });
  const core = await buildCore(t);
  const { agentPools, managedClusters, maintenanceConfigurations, managedNamespaces } = client(t);

  const cluster = await managedClusters.createOrUpdate(
    "rg-core",
    "aks",
    {
      location: "eastus",
      identity: { type: "UserAssigned", userAssignedIdentities: { [core.controlPlane]: {} } },
      dnsPrefix: "mlops",
      agentPoolProfiles: [{ name: "system", mode: "System", count: 2, vmSize: "Standard_D4ds_v5", vnetSubnetID: core.subnet }],
      aadProfile: { managed: true, enableAzureRbac: true },
      identityProfile: { kubeletidentity: { resourceId: core.kubelet } },
      oidcIssuerProfile: { enabled: true },
      networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay" },
    },
    fast,
  );
  expect(cluster).toMatchObject({
    provisioningState: "Succeeded",
    powerState: { code: "Running" },
    oidcIssuerProfile: { enabled: true },
  });
  expect(cluster.identity?.userAssignedIdentities?.[core.controlPlane]?.principalId).toBeTruthy();

  const pool = await agentPools.createOrUpdate(
    "rg-core",
    "aks",
    "mlpool",
    { mode: "User", count: 1, vmSize: "Standard_DS3_v2", vnetSubnetID: core.subnet },
    fast,
  );
  expect(pool).toMatchObject({ name: "mlpool", provisioningState: "Succeeded", osType: "Linux" });
  const names = [];
  for await (const { name } of agentPools.list("rg-core", "aks")) names.push(name);
  expect(names).toEqual(["mlpool", "system"]);

  const namespace = await managedNamespaces.createOrUpdate("rg-core", "aks", "ml", { location: "eastus", properties: {} }, fast);
  expect(namespace.properties?.provisioningState).toBe("Succeeded");
  const maintenance = await maintenanceConfigurations.createOrUpdate("rg-core", "aks", "aksManagedAutoUpgradeSchedule", {
    maintenanceWindow: { durationHours: 4, startTime: "01:00", schedule: { weekly: { intervalWeeks: 1, dayOfWeek: "Sunday" } } },
  });
  expect(maintenance.maintenanceWindow?.durationHours).toBe(4);

  const stopped = managedClusters.stop("rg-core", "aks", fast);
  await stopped;
  expect((await managedClusters.get("rg-core", "aks")).powerState?.code).toBe("Stopped");
  await managedClusters.start("rg-core", "aks", fast);

  const tagged = await managedClusters.updateTags("rg-core", "aks", { tags: { env: "dev" } }, fast);
  expect(tagged.tags).toEqual({ env: "dev" });
  expect((await managedClusters.listKubernetesVersions("eastus")).values?.some(({ isDefault }) => isDefault)).toBe(true);

  const command = { command: "kubectl get namespace ml -o name", clusterToken: await t.token(SERVER_APPLICATION) };
  const ran = managedClusters.runCommand("rg-core", "aks", command, fast);
  if (typeof (await findKubectl()) === "string") await expect(ran).rejects.toMatchObject({ code: "FeatureNotSupported" });
  // The owner of the subscription has no role in the cluster: it is the caller who asks.
  else
    expect(await ran).toMatchObject({
      provisioningState: "Succeeded",
      exitCode: 1,
      logs: expect.stringContaining("Forbidden") as string,
    });

  await agentPools.delete("rg-core", "aks", "mlpool", fast);
  await managedClusters.delete("rg-core", "aks", fast);
  await expect(managedClusters.get("rg-core", "aks")).rejects.toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
});

test("Microsoft's AKS client reports refusals with Azure's codes, at once and from the operation", async () => {
  await using t = await startTestCloud({ providers });
  const core = await buildCore(t, { without: ["networkContributor"] });
  const { managedClusters } = client(t);
  const body = (vmSize: string) => ({
    location: "eastus",
    identity: { type: "UserAssigned" as const, userAssignedIdentities: { [core.controlPlane]: {} } },
    dnsPrefix: "mlops",
    agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize, vnetSubnetID: core.subnet }],
  });

  await expect(managedClusters.createOrUpdate("rg-core", "aks", body("Standard_None"), fast)).rejects.toMatchObject({
    statusCode: 400,
    code: "BadRequest",
  });
  await expect(managedClusters.createOrUpdate("rg-core", "aks", body("Standard_D4ds_v5"), fast)).rejects.toThrow(
    /Network Contributor/,
  );
});
