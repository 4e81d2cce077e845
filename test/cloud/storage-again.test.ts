import { expect, test } from "vitest";
import { blobEngine } from "../../src/cloud/planes/blob/engine.ts";
import { startTestCloud } from "../../src/cloud/testing.ts";

test("an account and its containers can be made again, all at once and under their names, after their group was removed", async () => {
  await using cloud = await startTestCloud();
  const make = async () => {
    const group = await cloud.group("rg-again");
    const account = `${group}/providers/Microsoft.Storage/storageAccounts/stagain`;
    await cloud.put(
      account,
      { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} },
      "2025-06-01",
    );
    const put = (name: string) =>
      cloud.put(`${account}/blobServices/default/containers/${name}`, { properties: {} }, "2025-06-01");
    return Promise.all(["one", "two", "three"].map(put));
  };
  const first = await make();
  // Containers that Resource Manager does not know, as a workspace makes them: the next account must not find them.
  const blobs = await blobEngine(cloud.host).client("stagain");
  for (const name of ["left-1", "left-2", "left-3"]) await blobs.createContainer(name);
  await cloud.settle(await cloud.ask("DELETE", `${cloud.subscription}/resourceGroups/rg-again`));

  const second = await make();

  expect(second.map(({ name }) => name)).toEqual(first.map(({ name }) => name));
});
