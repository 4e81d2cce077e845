import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { startTestCloud } from "../../src/cloud/testing.ts";

/** What the Azure CLI asks for and no other client does. */
test("namespaces without resource types are listed: az tells from the list which of them are registered", async () => {
  await using cloud = await startTestCloud();

  const { value } = (await cloud.ask("GET", `${cloud.subscription}/providers`)).json;

  expect((value as JsonObject[]).map(({ namespace }) => namespace)).toContain("Microsoft.Compute");
});

test("network security groups are listed with the api-version of az network nsg", async () => {
  await using cloud = await startTestCloud();

  const listed = await cloud.ask("GET", `${cloud.subscription}/providers/Microsoft.Network/networkSecurityGroups`, {
    apiVersion: "2022-01-01",
  });

  expect(listed.json).toEqual({ value: [] });
});
