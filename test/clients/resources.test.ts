import { ResourceManagementClient } from "@azure/arm-resources";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, GROUP, POLLING, REGION, refusal, SUFFIX, startPlatform, type Witnessed } from "../support/platform.ts";

/** `@azure/arm-resources` against the whole platform. */
let azure: Witnessed;
let client: ResourceManagementClient;
beforeAll(async () => {
  azure = await startPlatform();
  client = new ResourceManagementClient(azure.credential, azure.subscriptionId, azure.arm);
});
afterAll(() => azure[Symbol.asyncDispose]());

const VAULT = `kv-mlops-${SUFFIX}`;
const ACCOUNT = `stmlops${SUFFIX}`;
const VERSIONS = { vault: "2023-07-01", storage: "2023-05-01", identity: "2023-01-31", nsg: "2024-05-01" };
const idOf = (type: string, name: string, group = GROUP) =>
  `/subscriptions/${azure.subscriptionId}/resourceGroups/${group}/providers/${type}/${name}`;

describe("resource groups", () => {
  test("are made, tagged, found, listed by tag and deleted with what is in them", async () => {
    const made = await client.resourceGroups.createOrUpdate("rg-scratch", { location: "East US", tags: { team: "ml" } });
    expect(made).toMatchObject({ location: REGION, tags: { team: "ml" }, properties: { provisioningState: "Succeeded" } });
    const identity = idOf("Microsoft.ManagedIdentity/userAssignedIdentities", "id-scratch", "rg-scratch");
    await client.resources.beginCreateOrUpdateByIdAndWait(identity, VERSIONS.identity, { location: REGION }, POLLING);

    const patched = await client.resourceGroups.update("rg-scratch", { tags: { team: "ml", stage: "trial" } });
    const tagged = await all(client.resourceGroups.list({ filter: "tagName eq 'stage' and tagValue eq 'trial'" }));
    expect(patched.tags).toEqual({ team: "ml", stage: "trial" });
    expect(tagged.map(({ name }) => name)).toEqual(["rg-scratch"]);
    expect(await client.resourceGroups.checkExistence("RG-Scratch")).toMatchObject({ body: true });

    await client.resourceGroups.beginDeleteAndWait("rg-scratch", POLLING);
    expect(await client.resourceGroups.checkExistence("rg-scratch")).toMatchObject({ body: false });
    expect(await refusal(client.resources.getById(identity, VERSIONS.identity))).toMatchObject({
      status: 404,
      code: "ResourceGroupNotFound",
    });
  });

  test("that do not exist and names that Azure does not take are refused with its codes", async () => {
    expect(await refusal(client.resourceGroups.get("rg-none"))).toMatchObject({ status: 404, code: "ResourceGroupNotFound" });
    expect(await refusal(client.resourceGroups.createOrUpdate("rg-dot.", { location: REGION }))).toMatchObject({ status: 400 });
    expect(await refusal(client.resourceGroups.createOrUpdate("rg-mars", { location: "mars" }))).toMatchObject({
      status: 400,
      code: "LocationNotAvailableForResourceGroup",
    });
    expect(await refusal(client.resourceGroups.createOrUpdate(GROUP, { location: "westus" }))).toMatchObject({
      status: 409,
      code: "InvalidResourceGroupLocation",
    });
  });
});

describe("resources", () => {
  test("of the platform are listed once each, narrowed by type, and in pages", async () => {
    const listed = await all(client.resources.listByResourceGroup(GROUP));
    const types = listed.map(({ type }) => type);
    expect(new Set(listed.map(({ id }) => id?.toLowerCase())).size).toBe(listed.length);
    expect(types).toContain("Microsoft.ContainerService/managedClusters");
    expect(types).toContain("Microsoft.MachineLearningServices/workspaces");

    const filter = "resourceType eq 'Microsoft.ManagedIdentity/userAssignedIdentities'";
    const identities = await all(client.resources.list({ filter }));
    expect(identities.map(({ name }) => name)).toEqual(expect.arrayContaining(["id-aks-control-plane", "id-aks-kubelet"]));
    expect(identities.every(({ type }) => type === "Microsoft.ManagedIdentity/userAssignedIdentities")).toBe(true);
    const pages: number[] = [];
    for await (const page of client.resources.listByResourceGroup(GROUP, { top: 5 }).byPage()) pages.push(page.length);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.reduce((sum, length) => sum + length, 0)).toBe(listed.length);
  });

  test("are made, read without regard to case, changed, checked for and deleted by id", async () => {
    const id = idOf("Microsoft.Network/networkSecurityGroups", "nsg-witness");
    const rule = { name: "in", properties: { priority: 100, direction: "Inbound", access: "Deny", protocol: "*" } };
    const body = {
      location: REGION,
      properties: {
        securityRules: [
          {
            ...rule,
            properties: {
              ...rule.properties,
              sourcePortRange: "*",
              destinationPortRange: "22",
              sourceAddressPrefix: "*",
              destinationAddressPrefix: "*",
            },
          },
        ],
      },
    };
    const made = await client.resources.beginCreateOrUpdateByIdAndWait(id, VERSIONS.nsg, body, POLLING);
    expect(made).toMatchObject({ id, properties: { provisioningState: "Succeeded", securityRules: [{ name: "in" }] } });

    const shouted = await client.resources.getById(id.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"), VERSIONS.nsg);
    expect(shouted.id).toBe(id);
    const tagged = await client.resources.beginUpdateByIdAndWait(id, VERSIONS.nsg, { tags: { seen: "yes" } }, POLLING);
    expect(tagged).toMatchObject({ tags: { seen: "yes" }, properties: { securityRules: [{ name: "in" }] } });

    await client.resources.beginDeleteByIdAndWait(id, VERSIONS.nsg, POLLING);
    expect(await client.resources.checkExistenceById(id, VERSIONS.nsg)).toMatchObject({ body: false });
    expect(await refusal(client.resources.getById(id, VERSIONS.nsg))).toMatchObject({ status: 404, code: "ResourceNotFound" });
  });

  test("with bad names, taken names, bad api-versions and unknown types are refused with Azure's codes", async () => {
    const put = (type: string, name: string, version: string, more = {}) =>
      refusal(client.resources.beginCreateOrUpdateByIdAndWait(idOf(type, name), version, { location: REGION, ...more }, POLLING));
    const storage = { kind: "StorageV2", sku: { name: "Standard_LRS" } };
    expect(await put("Microsoft.Storage/storageAccounts", "Not_Valid", VERSIONS.storage, storage)).toMatchObject({
      status: 400,
      code: "AccountNameInvalid",
    });
    await client.resourceGroups.createOrUpdate("rg-other", { location: REGION });
    const other = idOf("Microsoft.Storage/storageAccounts", ACCOUNT, "rg-other");
    expect(
      await refusal(
        client.resources.beginCreateOrUpdateByIdAndWait(other, VERSIONS.storage, { location: REGION, ...storage }, POLLING),
      ),
    ).toMatchObject({ status: 409, code: "StorageAccountAlreadyTaken" });
    expect(await refusal(client.resources.getById(idOf("Microsoft.KeyVault/vaults", VAULT), "1999-01-01"))).toMatchObject({
      status: 400,
      code: "NoRegisteredProviderFound",
    });
    expect(await put("Microsoft.Toys/trains", "t", "2024-01-01")).toMatchObject({ code: "InvalidResourceNamespace" });
    expect(await put("Microsoft.Storage/trains", "t", "2024-01-01")).toMatchObject({ code: "InvalidResourceType" });
  });

  test("that were soft-deleted keep their name until they are purged", async () => {
    const id = idOf("Microsoft.KeyVault/vaults", VAULT);
    const before = await client.resources.getById(id, VERSIONS.vault);
    await client.resources.beginDeleteByIdAndWait(id, VERSIONS.vault, POLLING);

    const again = refusal(
      client.resources.beginCreateOrUpdateByIdAndWait(
        id,
        VERSIONS.vault,
        { location: REGION, properties: before.properties },
        POLLING,
      ),
    );

    expect(await again).toMatchObject({ status: 409, code: "ConflictError" });
    const recovered = await client.resources.beginCreateOrUpdateByIdAndWait(
      id,
      VERSIONS.vault,
      { location: REGION, properties: { ...before.properties, createMode: "recover" } },
      POLLING,
    );
    expect(recovered.properties).toMatchObject({ vaultUri: before.properties?.vaultUri });
  });
});

describe("tags", () => {
  test("of a resource are read, merged, replaced and deleted at its scope", async () => {
    const id = idOf("Microsoft.ContainerService/managedClusters", "aks-mlops-cluster");
    const first = (await client.tagsOperations.getAtScope(id)).properties.tags ?? {};

    const merged = await client.tagsOperations.beginUpdateAtScopeAndWait(
      id,
      { operation: "Merge", properties: { tags: { cost: "42" } } },
      POLLING,
    );
    expect(merged.properties.tags).toEqual({ ...first, cost: "42" });
    await client.tagsOperations.beginCreateOrUpdateAtScopeAndWait(id, { properties: { tags: { only: "this" } } }, POLLING);
    expect((await client.tagsOperations.getAtScope(id)).properties.tags).toEqual({ only: "this" });
    await client.tagsOperations.beginDeleteAtScopeAndWait(id, POLLING);
    expect((await client.tagsOperations.getAtScope(id)).properties.tags ?? {}).toEqual({});
  });
});

describe("providers", () => {
  test("are listed with their types and versions, and unregistered ones refuse new resources until registered", async () => {
    const provider = await client.providers.get("Microsoft.MachineLearningServices");
    expect(provider.registrationState).toBe("Registered");
    expect(
      provider.resourceTypes?.find(({ resourceType }) => resourceType === "workspaces")?.apiVersions?.length,
    ).toBeGreaterThan(0);
    expect(await refusal(client.providers.get("Microsoft.Toys"))).toMatchObject({ status: 404 });

    await client.providers.unregister("Microsoft.ManagedIdentity");
    const id = idOf("Microsoft.ManagedIdentity/userAssignedIdentities", "id-late");
    const put = () => client.resources.beginCreateOrUpdateByIdAndWait(id, VERSIONS.identity, { location: REGION }, POLLING);
    expect(await refusal(put())).toMatchObject({ status: 409, code: "MissingSubscriptionRegistration" });
    await client.providers.register("Microsoft.ManagedIdentity");
    expect((await put()).name).toBe("id-late");
  });
});

describe("what the embedded Azure does not do", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["moves", () => client.resources.beginMoveResourcesAndWait(GROUP, { resources: [], targetResourceGroup: "rg" }, POLLING)],
    ["checked moves", () => client.resources.beginValidateMoveResourcesAndWait(GROUP, { resources: [] }, POLLING)],
    ["exports of a group", () => client.resourceGroups.beginExportTemplateAndWait(GROUP, { resources: ["*"] }, POLLING)],
    ["predefined tags", () => client.tagsOperations.createOrUpdate("team")],
  ])("%s are refused by name", async (_what, ask) => {
    expect(await refusal(ask())).toMatchObject({ status: 400, code: "FeatureNotSupported" });
  });
});

test("the whole platform is deleted with its resource group, and can then not be read any more", async () => {
  await client.resourceGroups.beginDeleteAndWait(GROUP, POLLING);

  expect(await all(client.resources.list())).toEqual([]);
  expect(await refusal(client.resourceGroups.get(GROUP))).toMatchObject({ code: "ResourceGroupNotFound" });
});
