import { randomUUID } from "node:crypto";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ContainerServiceClient } from "@azure/arm-containerservice";
import { ResourceManagementClient } from "@azure/arm-resources";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES } from "../../src/azure/index.ts";
import { all, CLUSTER, claimsOf, GROUP, POLLING, refusal, startPlatform, type Witnessed } from "../support/platform.ts";

/** `@azure/identity`, `@azure/arm-authorization` and `@azure/arm-containerservice` against the whole platform. */
let azure: Witnessed;
let roles: AuthorizationManagementClient;
let group: string;
beforeAll(async () => {
  azure = await startPlatform();
  roles = new AuthorizationManagementClient(azure.credential, azure.subscriptionId, azure.arm);
  group = `/subscriptions/${azure.subscriptionId}/resourceGroups/${GROUP}`;
});
afterAll(() => azure[Symbol.asyncDispose]());

const definition = (name: keyof typeof ROLES) =>
  `/subscriptions/${azure.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[name].id}`;

describe("signing in", () => {
  const scope = () => `${azure.test.cloud.endpoints.arm}/.default`;

  test("with the client's secret gives a token for the audience that was asked for", async () => {
    const { token, expiresOnTimestamp } = await azure.credential.getToken("https://storage.azure.com/.default");

    expect(claimsOf(token)).toMatchObject({ aud: "https://storage.azure.com", ver: "1.0", idtyp: "app" });
    expect(Math.abs(claimsOf(token).exp * 1000 - expiresOnTimestamp)).toBeLessThan(5_000);
  });

  test("with a wrong secret, an unknown client and a resource that nobody has is refused with Entra's codes", async () => {
    const { clientId, clientSecret } = await azure.test.principal("app");
    const tried = (id: string, secret: string, of = scope()) =>
      refusal(azure.signIn({ clientId: id, clientSecret: secret }).getToken(of));

    expect((await tried(clientId, "wrong")).message).toContain("AADSTS7000215");
    expect((await tried(randomUUID(), clientSecret)).message).toContain("AADSTS700016");
    expect((await tried(clientId, clientSecret, "https://toys.example.com/.default")).message).toContain("AADSTS500011");
  });
});

describe("role definitions", () => {
  test("are found by name and by id, at any scope", async () => {
    const [found, ...others] = await all(roles.roleDefinitions.list(group, { filter: "roleName eq 'AcrPull'" }));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ name: ROLES.acrPull.id, roleName: "AcrPull", roleType: "BuiltInRole" });
    expect((await roles.roleDefinitions.getById(definition("acrPull"))).permissions?.[0]?.actions).toContain(
      "Microsoft.ContainerRegistry/registries/pull/read",
    );
    expect(await refusal(roles.roleDefinitions.get(group, randomUUID()))).toMatchObject({
      status: 404,
      code: "RoleDefinitionDoesNotExist",
    });
  });

  test("of one's own are refused by name", async () => {
    const made = roles.roleDefinitions.createOrUpdate(group, randomUUID(), {
      roleName: "mine",
      permissions: [{ actions: ["*/read"] }],
    });

    expect(await refusal(made)).toMatchObject({ status: 400, code: "FeatureNotSupported" });
  });
});

describe("role assignments", () => {
  test("of the platform's identities are listed by principal, at a scope and above it", async () => {
    const resources = new ResourceManagementClient(azure.credential, azure.subscriptionId, azure.arm);
    const kubelet = await resources.resources.getById(
      `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks-kubelet`,
      "2023-01-31",
    );
    const { principalId } = kubelet.properties as { principalId: string };

    const listed = await all(roles.roleAssignments.listForScope(group, { filter: `assignedTo('${principalId}')` }));

    expect(listed.map(({ roleDefinitionId }) => roleDefinitionId?.split("/").at(-1))).toContain(ROLES.acrPull.id);
    expect(listed.every((assignment) => assignment.principalId === principalId)).toBe(true);
    const atGroup = await all(roles.roleAssignments.listForScope(group, { filter: "atScope()" }));
    expect(atGroup.map(({ scope }) => scope)).toContain(`/subscriptions/${azure.subscriptionId}`);
    expect(atGroup.some(({ scope }) => scope?.includes("/providers/") === true)).toBe(false);
  });

  test("open what they name and nothing else, are refused twice, and close it again when deleted", async () => {
    const reader = await azure.test.principal("reader");
    const resources = new ResourceManagementClient(azure.signIn(reader), azure.subscriptionId, azure.arm);
    const read = () => resources.resourceGroups.get(GROUP);
    const before = await refusal(read());
    expect(before).toMatchObject({ status: 403, code: "AuthorizationFailed" });
    expect(before.message).toContain("Microsoft.Resources/subscriptions/resourceGroups/read");
    expect(before.message).toContain(GROUP);
    const parameters = {
      principalId: reader.objectId,
      roleDefinitionId: definition("reader"),
      principalType: "ServicePrincipal",
    };
    const name = randomUUID();

    const made = await roles.roleAssignments.create(group, name, parameters);
    expect(made).toMatchObject({ name, scope: group, principalType: "ServicePrincipal" });
    expect((await roles.roleAssignments.create(group, name, parameters)).id).toBe(made.id);
    expect(await refusal(roles.roleAssignments.create(group, randomUUID(), parameters))).toMatchObject({
      status: 409,
      code: "RoleAssignmentExists",
    });
    expect(
      await refusal(roles.roleAssignments.create(group, name, { ...parameters, roleDefinitionId: definition("contributor") })),
    ).toMatchObject({ code: "RoleAssignmentUpdateNotPermitted" });

    expect((await read()).name).toBe(GROUP);
    expect(await refusal(resources.resourceGroups.update(GROUP, { tags: {} }))).toMatchObject({ code: "AuthorizationFailed" });
    await roles.roleAssignments.deleteById(made.id ?? "");
    expect(await refusal(read())).toMatchObject({ status: 403, code: "AuthorizationFailed" });
  });

  test("to nobody, of nothing and by somebody who may not assign are refused", async () => {
    const contributor = await azure.test.principal("contributor");
    await azure.test.assign(contributor.objectId, "contributor", group);
    const theirs = new AuthorizationManagementClient(azure.signIn(contributor), azure.subscriptionId, azure.arm);
    const assign = (client: AuthorizationManagementClient, principalId: string, roleDefinitionId: string) =>
      refusal(client.roleAssignments.create(group, randomUUID(), { principalId, roleDefinitionId }));

    expect(await assign(roles, randomUUID(), definition("reader"))).toMatchObject({ status: 400, code: "PrincipalNotFound" });
    const nothing = definition("reader").replace(ROLES.reader.id, randomUUID());
    expect(await assign(roles, contributor.objectId, nothing)).toMatchObject({ code: "RoleDefinitionDoesNotExist" });
    expect(await assign(theirs, contributor.objectId, definition("owner"))).toMatchObject({
      status: 403,
      code: "AuthorizationFailed",
    });
  });
});

describe("the deployed cluster", () => {
  test("is read with its pools; it has a credential for its users and none for an administrator, since local accounts are off", async () => {
    const { agentPools, managedClusters } = new ContainerServiceClient(azure.credential, azure.subscriptionId, azure.arm);

    const cluster = await managedClusters.get(GROUP, CLUSTER);
    expect(cluster).toMatchObject({
      disableLocalAccounts: true,
      provisioningState: "Succeeded",
      oidcIssuerProfile: { enabled: true },
    });
    expect((await all(agentPools.list(GROUP, CLUSTER))).map(({ name }) => name)).toContain("mlpool");
    expect(await refusal(managedClusters.listClusterAdminCredentials(GROUP, CLUSTER))).toMatchObject({
      status: 400,
      code: "BadRequest",
    });
    const { kubeconfigs = [] } = await managedClusters.listClusterUserCredentials(GROUP, CLUSTER);
    expect(kubeconfigs.map(({ name, value }) => [name, Buffer.from(value ?? []).toString("utf8")])).toEqual([
      ["clusterUser", expect.stringContaining(`current-context: ${CLUSTER}`)],
    ]);
  });

  test("takes pools from those who may write them, and keeps its last system pool", async () => {
    const { agentPools } = new ContainerServiceClient(azure.credential, azure.subscriptionId, azure.arm);
    const existing = await agentPools.get(GROUP, CLUSTER, "mlpool");
    const body = { mode: "User", count: 1, vmSize: "Standard_DS3_v2", vnetSubnetID: existing.vnetSubnetID ?? "" };
    const reader = await azure.test.principal("pool-reader");
    await azure.test.assign(reader.objectId, "reader", group);
    const theirs = new ContainerServiceClient(azure.signIn(reader), azure.subscriptionId, azure.arm);

    expect(await refusal(theirs.agentPools.createOrUpdate(GROUP, CLUSTER, "extra", body, POLLING))).toMatchObject({
      status: 403,
      code: "AuthorizationFailed",
    });
    expect(await agentPools.createOrUpdate(GROUP, CLUSTER, "extra", body, POLLING)).toMatchObject({
      name: "extra",
      provisioningState: "Succeeded",
    });
    await agentPools.delete(GROUP, CLUSTER, "extra", POLLING);
    expect(await refusal(agentPools.get(GROUP, CLUSTER, "extra"))).toMatchObject({ status: 404 });
    const system = (await all(agentPools.list(GROUP, CLUSTER))).find(({ mode }) => mode === "System")?.name ?? "";
    expect(await refusal(Promise.resolve(agentPools.delete(GROUP, CLUSTER, system, POLLING)))).toMatchObject({ status: 400 });
  });
});
