import { expect, test } from "vitest";
import type { JsonObject } from "../../../base/index.ts";
import { envelopeSuite, type Sample, type SampleContext } from "../../envelope-suite.ts";
import { createBlobAccess } from "../../planes/blob/index.ts";
import { createContainerRegistry } from "../container-registry/index.ts";
import { createKeyVault } from "../key-vault/index.ts";
import { createStorage } from "../storage/index.ts";
import { startWorkspace } from "./fixture.ts";
import { createMachineLearning } from "./index.ts";

const NAMESPACE = "Microsoft.MachineLearningServices";
const WORKSPACE = `providers/${NAMESPACE}/workspaces/mlw-one`;
const location = "eastus";

/** Account and vault names are global, so each sample has its own, by its resource group. */
const suffix = ({ group }: SampleContext) => group.split("-").at(-1) ?? "";
const account = (context: SampleContext) => `stml${suffix(context)}`;
const storage = (context: SampleContext) => `${context.group}/providers/Microsoft.Storage/storageAccounts/${account(context)}`;
const vault = (context: SampleContext) => `${context.group}/providers/Microsoft.KeyVault/vaults/kv-ml-${suffix(context)}`;

const workspaceBody = (context: SampleContext): JsonObject => ({
  location,
  identity: { type: "SystemAssigned" },
  properties: { storageAccount: storage(context), keyVault: vault(context) },
});

async function links(context: SampleContext): Promise<void> {
  const { t } = context;
  await t.put(storage(context), { location, kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} }, "2023-05-01");
  const properties = { tenantId: t.cloud.tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true };
  await t.put(vault(context), { location, properties }, "2023-07-01");
}

async function workspace(context: SampleContext): Promise<void> {
  await links(context);
  await context.t.put(`${context.group}/${WORKSPACE}`, workspaceBody(context));
  const blobs = createBlobAccess(context.t.host);
  await blobs.write({ account: account(context), container: "azureml", path: "files/one" }, "one");
}

const clusterBody = {
  location,
  properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_D4ds_v5", scaleSettings: { maxNodeCount: 1 } } },
};
const environmentBody = { properties: { image: "node:24" } };

async function jobNeeds(context: SampleContext): Promise<void> {
  await workspace(context);
  await context.t.put(`${context.group}/${WORKSPACE}/computes/cpu`, clusterBody);
  await context.t.put(`${context.group}/${WORKSPACE}/environments/node/versions/1`, environmentBody);
}

const registryBody = (): JsonObject => ({
  location,
  identity: { type: "SystemAssigned" },
  properties: {
    regionDetails: [
      {
        location,
        acrDetails: [{ systemCreatedAcrAccount: { acrAccountSku: "Premium" } }],
        storageAccountDetails: [{ systemCreatedStorageAccount: { storageAccountType: "Standard_LRS" } }],
      },
    ],
  },
});

/** Disabled, so that it can be deleted. */
const scheduleBody = (): JsonObject => {
  const uri = "azureml://datastores/workspaceblobstore/paths/flowers/";
  const data = { inputDataType: "Fixed", jobInputType: "uri_folder", uri };
  const metricThresholds = [{ dataType: "Numerical", metric: "JensenShannonDistance", threshold: { value: 0.1 } }];
  return {
    properties: {
      isEnabled: false,
      trigger: { triggerType: "Cron", expression: "0 6 * * *" },
      action: {
        actionType: "CreateMonitor",
        monitorDefinition: {
          computeConfiguration: {
            computeType: "ServerlessSpark",
            instanceType: "standard_e4s_v3",
            runtimeVersion: "3.4",
            computeIdentity: { computeIdentityType: "AmlToken" },
          },
          monitoringTarget: { taskType: "Classification" },
          signals: { drift: { signalType: "DataDrift", metricThresholds, productionData: data, referenceData: data } },
        },
      },
    },
  };
};

const FILES = "azureml://datastores/workspaceartifactstore/paths/files";
const ASSETS: Readonly<Record<string, JsonObject>> = {
  codes: { codeUri: FILES },
  models: { modelUri: FILES, modelType: "custom_model" },
  data: { dataUri: FILES, dataType: "uri_folder" },
  environments: environmentBody.properties,
};

const SAMPLES: readonly Sample[] = [
  { type: `${NAMESPACE}/workspaces`, path: WORKSPACE, body: workspaceBody, before: links, badName: "-ml" },
  {
    type: `${NAMESPACE}/registries`,
    path: `providers/${NAMESPACE}/registries/mlr-one`,
    body: registryBody(),
    badName: "-mlr",
  },
  {
    type: `${NAMESPACE}/workspaces/computes`,
    path: `${WORKSPACE}/computes/cpu`,
    body: clusterBody,
    before: workspace,
    badName: "cpu-1",
  },
  {
    type: `${NAMESPACE}/workspaces/datastores`,
    path: `${WORKSPACE}/datastores/raw`,
    body: (context) => ({ properties: { datastoreType: "AzureBlob", accountName: account(context), containerName: "raw" } }),
    before: workspace,
    badName: "a-b",
  },
  ...Object.entries(ASSETS).flatMap(([collection, properties]): Sample[] => [
    {
      type: `${NAMESPACE}/workspaces/${collection}`,
      path: `${WORKSPACE}/${collection}/one`,
      body: { properties: {} },
      before: workspace,
      badName: "-one",
    },
    {
      type: `${NAMESPACE}/workspaces/${collection}/versions`,
      path: `${WORKSPACE}/${collection}/one/versions/1`,
      body: { properties },
      before: workspace,
      badName: "-1",
    },
  ]),
  {
    type: `${NAMESPACE}/workspaces/schedules`,
    path: `${WORKSPACE}/schedules/one`,
    body: scheduleBody(),
    before: workspace,
    badName: "-one",
    skip: { patch: "its tags are among its properties" },
  },
  {
    type: `${NAMESPACE}/workspaces/jobs`,
    path: `${WORKSPACE}/jobs/one`,
    body: ({ group }) => {
      const ids = {
        computeId: `${group}/${WORKSPACE}/computes/cpu`,
        environmentId: `${group}/${WORKSPACE}/environments/node/versions/1`,
      };
      return { properties: { jobType: "Command", command: "true", ...ids } };
    },
    before: jobNeeds,
    badName: "-job",
    skip: {
      idempotent: "its status moves by itself",
      patch: "its tags are among its properties",
      delete: "it can be deleted when it has ended",
    },
  },
];

envelopeSuite("the envelope over every type of Azure ML", SAMPLES, [
  createStorage,
  createKeyVault,
  createContainerRegistry,
  createMachineLearning,
]);

test("every type of Azure ML but the endpoints' has a sample in the suite", async () => {
  await using fixture = await startWorkspace();

  const types = [...fixture.test.types.keys()].filter(
    (type) => type.startsWith(NAMESPACE) && !type.includes("onlineEndpoints") && !type.includes("registries/"),
  );

  expect(SAMPLES.map(({ type }) => type).sort()).toEqual(types.sort());
});
