import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ClientSecretCredential } from "@azure/identity";
import { afterAll, beforeAll, expect, test } from "vitest";
import { roleDefinitionId } from "../../azure/index.ts";
import { startTestCloud, type TestCloud } from "../testing.ts";

let t: TestCloud;
let client: AuthorizationManagementClient;
beforeAll(async () => {
  t = await startTestCloud({ providers: [] });
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(t.cloud.caFile, "utf8")]);
  const { clientId, clientSecret } = t.cloud.credentials;
  const { arm } = t.cloud.endpoints;
  const credential = new ClientSecretCredential(t.cloud.tenantId, clientId, clientSecret.reveal(), {
    authorityHost: arm,
    disableInstanceDiscovery: true,
  });
  client = new AuthorizationManagementClient(credential, t.cloud.subscriptionId, {
    endpoint: arm,
    credentialScopes: [`${arm}/.default`],
  });
});
afterAll(() => t.close());

test("Microsoft's client finds a role, assigns it, lists it and takes it away", async () => {
  const scope = await t.group("rg");
  const someone = await t.principal("someone");
  const found = [];
  for await (const role of client.roleDefinitions.list(scope, { filter: "roleName eq 'AcrPull'" })) found.push(role);
  expect(found.map(({ roleName, roleType }) => [roleName, roleType])).toEqual([["AcrPull", "BuiltInRole"]]);
  expect(
    (await client.roleDefinitions.getById(roleDefinitionId(t.cloud.subscriptionId, "acrPull"))).permissions?.[0]?.actions,
  ).toEqual(["Microsoft.ContainerRegistry/registries/pull/read"]);

  const name = randomUUID();
  const parameters = { principalId: someone.objectId, roleDefinitionId: found[0]?.id ?? "", principalType: "ServicePrincipal" };
  const made = await client.roleAssignments.create(scope, name, parameters);
  expect(made).toMatchObject({ name, scope, principalId: someone.objectId });
  await expect(client.roleAssignments.create(scope, randomUUID(), parameters)).rejects.toMatchObject({
    statusCode: 409,
    code: "RoleAssignmentExists",
  });

  const listed = [];
  for await (const assignment of client.roleAssignments.listForScope(scope, { filter: `principalId eq '${someone.objectId}'` }))
    listed.push(assignment.id);
  expect(listed).toEqual([made.id]);
  expect((await client.roleAssignments.delete(scope, name)).id).toBe(made.id);
  await expect(client.roleAssignments.get(scope, name)).rejects.toMatchObject({ statusCode: 404 });
});
