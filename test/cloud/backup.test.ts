import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { textAt } from "../../src/cloud/providers/common/body.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { extensionBody, policyBody, protectable, vaultBody } from "./backup.ts";
import { outcome } from "./core.ts";

const BACKUP = "2026-06-01";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({ providers });
});
afterAll(() => cloud.close());

const protect = (of: { vault: string; instance: JsonObject }) =>
  outcome(cloud, `${of.vault}/backupInstances/aks-one`, of.instance, BACKUP);

test("a cluster with all that Azure asks for is protected, once, and holds vault, policy and group until it is let go", async () => {
  const group = await cloud.group("rg-backup-whole");
  const ready = await protectable(cloud, group);

  expect(await protect(ready)).toMatchObject({ status: 201, code: undefined });

  const id = `${ready.vault}/backupInstances/aks-one`;
  const { json } = await cloud.ask("GET", id, { apiVersion: BACKUP });
  expect(json.properties).toMatchObject({
    provisioningState: "Succeeded",
    currentProtectionState: "ProtectionConfigured",
    protectionStatus: { status: "ProtectionConfigured" },
  });
  const twice = await outcome(cloud, `${ready.vault}/backupInstances/again`, ready.instance, BACKUP);
  expect(twice).toMatchObject({ status: 409, code: "UserErrorDatasourceAlreadyProtected" });
  expect(await cloud.ask("DELETE", ready.policy, { apiVersion: BACKUP })).toMatchObject({
    status: 409,
    code: "BackupPolicyInUse",
  });
  expect(await cloud.ask("DELETE", ready.vault, { apiVersion: BACKUP })).toMatchObject({ code: "BackupVaultHasBackupInstances" });
  const blocked = (await cloud.settle(await cloud.ask("DELETE", group))).json;
  expect(blocked).toMatchObject({ error: { code: "ResourceGroupDeletionBlocked" } });

  await cloud.settle(await cloud.ask("DELETE", id, { apiVersion: BACKUP }));
  await cloud.settle(await cloud.ask("DELETE", group));
  expect((await cloud.ask("GET", group)).status).toBe(404);
});

describe("what is missing fails with the code of Azure's troubleshooting page", () => {
  test.each([
    ["vaultReadsCluster", "KubernetesBackupListExtensionsError", /Reader/],
    ["extension", "UserErrorKubernetesBackupExtensionNotFoundError", /install it first/],
    ["trustedAccess", "UserErrorTrustedAccessGatewayReturnedForbidden", /backup-operator/],
    ["extensionWrites", "UserErrorExtensionMSIMissingPermissionsOnBackupStorageLocation", /Storage Blob Data Contributor/],
    ["vaultReadsGroup", "UserErrorMissingPermissions", /Reader/],
    ["clusterSnapshots", "UserErrorMissingPermissions", /Contributor/],
  ] as const)("%s", async (without, code, message) => {
    const group = await cloud.group(`rg-backup-${without.toLowerCase()}`);
    const ready = await protectable(cloud, group, without);

    expect(await protect(ready)).toMatchObject({ status: 201, code, message: expect.stringMatching(message) });
  });

  test("an account without keys that the extension would ask for keys", async () => {
    const ready = await protectable(cloud, await cloud.group("rg-backup-keys"), undefined, {
      "configuration.backupStorageLocation.config.useAAD": "false",
    });

    expect(await protect(ready)).toMatchObject({
      code: "UserErrorBackupStorageLocationNotReady",
      message: expect.stringMatching(/useAAD/),
    });
  });

  test("an account that the nodes do not reach", async () => {
    const ready = await protectable(cloud, await cloud.group("rg-backup-private"));
    await cloud.ask("PATCH", ready.account, {
      body: { properties: { publicNetworkAccess: "Disabled" } },
      apiVersion: "2026-04-01",
    });

    expect(await protect(ready)).toMatchObject({
      code: "UserErrorBackupStorageLocationNotReady",
      message: expect.stringMatching(/no private endpoint/),
    });
  });

  test("a container that is gone, and a lock on the group of snapshots", async () => {
    const group = await cloud.group("rg-backup-gone");
    const ready = await protectable(cloud, group);
    const lock = `${group}/providers/Microsoft.Authorization/locks/keep`;
    await cloud.put(lock, { properties: { level: "CanNotDelete" } }, "2020-05-01");
    expect(await protect(ready)).toMatchObject({ code: "UserErrorSnapshotResourceGroupHasLocks" });
    await cloud.ask("DELETE", lock, { apiVersion: "2020-05-01" });
    await cloud.ask("DELETE", `${ready.account}/blobServices/default/containers/aks-backups`, { apiVersion: "2026-04-01" });

    expect(await protect(ready)).toMatchObject({ code: "UserErrorNoDefaultBackupStorageLocationFound" });
  });
});

describe("the backup extension", () => {
  test.each<[string, JsonObject, RegExp]>([
    [
      "without its storage",
      { "configuration.backupStorageLocation.bucket": "" },
      /lacks configuration.backupStorageLocation.bucket/,
    ],
    [
      "with an account that is not there",
      { "configuration.backupStorageLocation.config.storageAccount": "stnowhere" },
      /does not exist/,
    ],
  ])("%s is Failed", async (name, settings, message) => {
    const group = await cloud.group(`rg-extension-${name.length}`);
    const { cluster, account } = await protectable(cloud, group, "extension");
    const id = `${cluster}/providers/Microsoft.KubernetesConfiguration/extensions/backup`;
    const body = extensionBody(cloud, group, account.split("/").at(-1) ?? "", settings);

    const failed = await outcome(cloud, id, body, "2025-03-01");

    expect(failed).toMatchObject({ code: "ExtensionOperationFailed", message: expect.stringMatching(message) });
  });

  test("finds no node where every pool has a taint, until it tolerates one", async () => {
    const group = await cloud.group("rg-extension-taint");
    const { cluster, account } = await protectable(cloud, group, "extension");
    const id = `${cluster}/providers/Microsoft.KubernetesConfiguration/extensions/backup`;
    const tainted = {
      properties: { mode: "System", count: 1, vmSize: "Standard_D4ds_v5", nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"] },
    };
    await cloud.put(`${cluster}/agentPools/system`, tainted, "2026-05-01");
    const body = (settings: JsonObject) => extensionBody(cloud, group, account.split("/").at(-1) ?? "", settings);

    expect(await outcome(cloud, id, body({}), "2025-03-01")).toMatchObject({
      code: "ExtensionOperationFailed",
      message: expect.stringMatching(/timed out.*CriticalAddonsOnly/),
    });
    const tolerations = { "tolerations[0].key": "CriticalAddonsOnly", "tolerations[0].operator": "Exists" };
    expect(await outcome(cloud, id, body(tolerations), "2025-03-01")).toMatchObject({ code: undefined });
  });
});

test("a policy takes Azure's intervals and retention, and never changes", async () => {
  const vault = `${await cloud.group("rg-policy")}/providers/Microsoft.DataProtection/backupVaults/bvault-one`;
  await cloud.put(vault, vaultBody(), BACKUP);
  const put = (body: JsonObject) => outcome(cloud, `${vault}/backupPolicies/aks`, body, BACKUP);

  expect(await put(policyBody("PT5H"))).toMatchObject({ status: 400, message: expect.stringMatching(/4, 6, 8 or 12 hours/) });
  expect(await put(policyBody("PT12H", "P361D"))).toMatchObject({ status: 400, message: expect.stringMatching(/P360D/) });
  expect(await put(policyBody())).toMatchObject({ status: 200 });
  expect(await put(policyBody())).toMatchObject({ status: 200 });
  expect(await put(policyBody("P1D"))).toMatchObject({ status: 409, code: "PropertyChangeNotAllowed" });
});

test("soft delete cannot be off where Azure keeps what is deleted in every vault", async () => {
  const vault = `${await cloud.group("rg-backup-kept")}/providers/Microsoft.DataProtection/backupVaults/bvault-one`;
  const inSydney = (softDelete: "On" | "Off") => ({ ...vaultBody(softDelete), location: "Australia East" });

  expect(await outcome(cloud, vault, inSydney("Off"), BACKUP)).toMatchObject({
    status: 400,
    message: expect.stringMatching(/cannot be off in Australia East/),
  });
  expect(await outcome(cloud, vault, inSydney("On"), BACKUP)).toMatchObject({ status: 201 });
});

test("with soft delete on, what was protected keeps its vault until its days are over", async () => {
  const group = await cloud.group("rg-backup-soft");
  const ready = await protectable(cloud, group);
  await cloud.put(ready.vault, vaultBody("On"), BACKUP);
  await protect(ready);
  await cloud.settle(await cloud.ask("DELETE", `${ready.vault}/backupInstances/aks-one`, { apiVersion: BACKUP }));

  expect(await cloud.ask("DELETE", ready.vault, { apiVersion: BACKUP })).toMatchObject({
    status: 409,
    code: "BackupVaultHasSoftDeletedBackupInstances",
  });
  await cloud.control("POST", "/clock/advance", { ms: 15 * 24 * 3_600_000 });
  await cloud.settle(await cloud.ask("DELETE", ready.vault, { apiVersion: BACKUP }));
  expect(textAt((await cloud.ask("GET", ready.vault, { apiVersion: BACKUP })).json, "error.code")).toBe("ResourceNotFound");
});
