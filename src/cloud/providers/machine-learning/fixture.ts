import type { JsonObject } from "../../../base/index.ts";
import { startTestCloud, type TestCloud, type TestCloudOptions } from "../../testing.ts";
import { createKeyVault } from "../key-vault/index.ts";
import { createManagedIdentity } from "../managed-identity/index.ts";
import { createStorage } from "../storage/index.ts";
import { createMachineLearning } from "./index.ts";

export interface WorkspaceFixture extends AsyncDisposable {
  readonly test: TestCloud;
  readonly group: string;
  /** Ids. */
  readonly storage: string;
  readonly workspace: string;
  readonly compute: string;
}

export const ACCOUNT = "stfixture";
const ML = "2024-04-01";

/** For tests: a cloud with the providers that a workspace needs. */
export function startMlCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  return startTestCloud({ providers: [createStorage, createKeyVault, createManagedIdentity, createMachineLearning], ...options });
}

/** A workspace with its storage account, vault, and an AmlCompute of two nodes. `account`: more properties of the account. */
export async function startWorkspace(
  options: { readonly account?: JsonObject; readonly workspace?: JsonObject; readonly cloud?: TestCloudOptions } = {},
): Promise<WorkspaceFixture> {
  const test = await startMlCloud(options.cloud);
  const group = await test.group("rg-ml");
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/${ACCOUNT}`;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`;
  const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-fixture`;
  const compute = `${workspace}/computes/cpu-cluster`;
  await test.put(
    storage,
    { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: options.account ?? {} },
    "2023-05-01",
  );
  const sku = { family: "A", name: "standard" };
  await test.put(
    vault,
    { location: "eastus", properties: { tenantId: test.cloud.tenantId, sku, enableRbacAuthorization: true } },
    "2023-07-01",
  );
  await test.put(
    workspace,
    {
      location: "eastus",
      identity: { type: "SystemAssigned" },
      properties: { storageAccount: storage, keyVault: vault, ...options.workspace },
    },
    ML,
  );
  await test.put(
    compute,
    {
      location: "eastus",
      properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_D4ds_v5", scaleSettings: { maxNodeCount: 2 } } },
    },
    ML,
  );
  return { test, group, storage, workspace, compute, [Symbol.asyncDispose]: () => test.close() };
}
