import { expect, test } from "vitest";
import { createClock } from "../../../clock.ts";
import type { Resource } from "../../../contract.ts";
import type { Content } from "./content.ts";
import { createUpkeep } from "./upkeep.ts";

test("policies are applied once a minute, at once after a change of the registry, and again after a failure", async () => {
  const clock = createClock({ mode: "manual" });
  const upkeep = createUpkeep({ clock });
  let applied = 0;
  let fails = false;
  const content = {
    applyPolicies: async () => {
      applied += 1;
      if (fails) throw new Error("no disk");
    },
  } as Content;
  const registry: Resource = { id: "/r", name: "r", type: "t", properties: {}, etag: "1" };

  await Promise.all([upkeep(registry, content), upkeep(registry, content)]);
  expect(applied).toBe(1);
  clock.advance(59_000);
  await upkeep(registry, content);
  expect(applied).toBe(1);
  await upkeep({ ...registry, etag: "2" }, content);
  expect(applied).toBe(2);
  clock.advance(60_000);
  fails = true;
  await expect(upkeep({ ...registry, etag: "2" }, content)).rejects.toThrow("no disk");
  fails = false;
  await upkeep({ ...registry, etag: "2" }, content);
  expect(applied).toBe(4);
});
