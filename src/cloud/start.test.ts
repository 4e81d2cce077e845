import { expect, test } from "vitest";
import { ArmFault, type ProviderModule } from "./contract.ts";
import { startTestCloud } from "./testing.ts";

const toys: ProviderModule = {
  namespace: "Toy.Store",
  types: [
    {
      type: "boxes",
      apiVersions: ["2024-01-01"],
      location: "required",
      name: { pattern: /^[a-z]{3,10}$/, words: "3 to 10 lower-case letters" },
      status: { created: 201, updated: 200, deleted: 202 },
      durationMs: 60_000,
      deleteDurationMs: 30_000,
      patch: true,
      provision: (box) => {
        if (box.properties.broken === true) throw new ArmFault(409, "BoxBroken", "the box is broken");
        return { ready: true };
      },
      actions: { open: { permission: "open/action", run: () => ({ status: 200, body: { opened: true } }) } },
    },
  ],
};

test("a resource is created, read and deleted over TLS with its operations followed", async () => {
  await using t = await startTestCloud({ providers: [() => toys] });
  const group = await t.group("rg");
  const id = `${group}/providers/Toy.Store/boxes/abc`;

  const created = await t.ask("PUT", id, { body: { location: "East US", properties: { size: 1 } } });
  expect(created.status).toBe(201);
  expect(created.json).toMatchObject({ id, location: "eastus", properties: { provisioningState: "Creating" } });
  expect((await t.settle(created)).json.status).toBe("Succeeded");
  expect((await t.ask("GET", id)).json.properties).toEqual({ size: 1, ready: true, provisioningState: "Succeeded" });
  expect((await t.ask("POST", `${id}/open`)).json).toEqual({ opened: true });

  const deleted = await t.ask("DELETE", id);
  expect(deleted.status).toBe(202);
  expect((await t.settle(deleted)).json.status).toBe("Succeeded");
  expect((await t.ask("GET", id)).code).toBe("ResourceNotFound");
});
