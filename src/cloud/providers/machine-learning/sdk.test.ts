import { readFileSync } from "node:fs";
import { AzureMachineLearningWorkspaces } from "@azure/arm-machinelearning";
import { expect, test } from "vitest";
import { startWorkspace } from "./fixture.ts";
import { jobFixture } from "./job-fixture.ts";

test("Microsoft's JavaScript client works with workspaces, computes, datastores, assets and jobs", async () => {
  await using fixture = await startWorkspace();
  const { cloud } = fixture.test;
  const token = await fixture.test.token();
  const client = new AzureMachineLearningWorkspaces(
    { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 600_000 }) },
    cloud.subscriptionId,
    { endpoint: cloud.endpoints.arm, tlsOptions: { ca: readFileSync(cloud.caFile, "utf8") } },
  );
  const at = ["rg-ml", "mlw-fixture"] as const;
  const polling = { updateIntervalInMs: 20 };

  const workspace = await client.workspaces.get(...at);
  const keys = await client.workspaces.listKeys(...at);
  await client.workspaces.beginUpdateAndWait(...at, { tags: { team: "blue" } }, polling);
  expect(workspace).toMatchObject({ storageAccount: fixture.storage, provisioningState: "Succeeded", sku: { name: "Basic" } });
  expect(keys.userStorageResourceId).toBe(fixture.storage);
  expect((await client.workspaces.get(...at)).tags).toEqual({ team: "blue" });

  const sizes = (await client.virtualMachineSizes.list("East US")).value ?? [];
  expect(sizes).toContainEqual(
    expect.objectContaining({ name: "Standard_D4ds_v5", vCPUs: 4, memoryGB: 16, gpus: 0, lowPriorityCapable: true }),
  );
  expect(sizes.every(({ supportedComputeTypes: types }) => types?.includes("AmlCompute"))).toBe(true);
  await expect(client.virtualMachineSizes.list("atlantis")).rejects.toMatchObject({ code: "NoRegisteredProviderFound" });
  const usages: string[] = [];
  for await (const { name, limit, type } of client.usages.list("eastus"))
    if (/^Total|DDSv5/.test(name?.value ?? "")) usages.push(`${type?.split("/").at(-2)} ${name?.value} ${limit}`);
  expect(usages).toEqual([
    "totalDedicatedCores TotalDedicatedCores 350",
    "dedicatedCores standardDDSv5Family 100",
    "totalLowPriorityCores TotalLowPriorityCores 100",
    "lowPriorityCores standardDDSv5Family -1",
  ]);

  const scaleSettings = { maxNodeCount: 1, minNodeCount: 0 };
  const made = await client.computeOperations.beginCreateOrUpdateAndWait(
    ...at,
    "sdk-cluster",
    { location: "eastus", properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_D4ds_v5", scaleSettings } } },
    polling,
  );
  expect(made.properties).toMatchObject({ computeType: "AmlCompute", provisioningState: "Succeeded" });
  const computes: (string | undefined)[] = [];
  for await (const compute of client.computeOperations.list(...at)) computes.push(compute.name);
  expect(computes).toEqual(["cpu-cluster", "sdk-cluster"]);
  expect((await client.datastores.get(...at, "workspaceblobstore")).properties).toMatchObject({
    datastoreType: "AzureBlob",
    isDefault: true,
  });

  const environment = await client.environmentVersions.createOrUpdate(...at, "node", "1", { properties: { image: "node:24" } });
  const jobs = jobFixture(fixture);
  const codeId = await jobs.code({ "write.sh": 'echo "model" > "$1/model.txt"; echo done' });
  const submitted = await client.jobs.createOrUpdate(...at, "by-sdk", {
    properties: {
      jobType: "Command",
      command: "sh write.sh ${{outputs.model}}",
      codeId,
      environmentId: environment.id ?? "",
      computeId: made.id ?? "",
      outputs: { model: { jobOutputType: "custom_model" } },
    },
  });
  expect(submitted.properties).toMatchObject({ jobType: "Command", services: { Tracking: { jobServiceType: "Tracking" } } });
  await jobs.until("by-sdk");
  expect((await client.jobs.get(...at, "by-sdk")).properties).toMatchObject({ status: "Completed" });
  await client.modelVersions.createOrUpdate(...at, "from-job", "1", {
    properties: { modelUri: "azureml://jobs/by-sdk/outputs/model" },
  });
  expect((await client.modelContainers.get(...at, "from-job")).properties).toMatchObject({
    latestVersion: "1",
    nextVersion: "2",
  });

  await jobs.submit("to-cancel", { command: "sleep 300" });
  await client.jobs.beginCancelAndWait(...at, "to-cancel", polling);
  expect((await client.jobs.get(...at, "to-cancel")).properties).toMatchObject({ status: "Canceled" });
  await client.computeOperations.beginDeleteAndWait(...at, "sdk-cluster", "Delete", polling);
  await client.workspaces.beginDeleteAndWait(...at, polling);
  await expect(client.workspaces.get(...at)).rejects.toMatchObject({ statusCode: 404 });
});
