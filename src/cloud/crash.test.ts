import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ProviderModule } from "./contract.ts";
import { startTestCloud } from "./testing.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quayside-crash-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const toys: ProviderModule = {
  namespace: "Toy.Store",
  types: [
    {
      type: "boxes",
      apiVersions: ["2024-01-01"],
      location: "required",
      name: { pattern: /./, words: "anything" },
      status: { created: 201, updated: 200, deleted: 202 },
      durationMs: 600_000,
      deleteDurationMs: 600_000,
      provision: () => ({ ready: true }),
      softDelete: (_box, query) => (query.get("forceToPurge") === "true" ? undefined : { days: 7, purgeable: true }),
    },
  ],
};

/** A cloud in a process of its own, with ten-minute operations that run when it says so. */
const child = (module: string, state: string) => `
  import { startTestCloud } from ${JSON.stringify(module)};
  const box = { type: "boxes", apiVersions: ["2024-01-01"], location: "required", name: { pattern: /./, words: "anything" },
    status: { created: 201, updated: 200, deleted: 202 }, durationMs: 600_000, deleteDurationMs: 600_000 };
  const cloud = await startTestCloud({ stateDir: ${JSON.stringify(state)}, clock: "manual", providers: [() => ({ namespace: "Toy.Store", types: [box] })] });
  const group = await cloud.group("rg");
  const id = (name) => group + "/providers/Toy.Store/boxes/" + name;
  const gone = await cloud.ask("PUT", id("gone"), { body: { location: "eastus" } });
  cloud.cloud.clock.advance(600_000);
  await cloud.settle(gone);
  await cloud.ask("DELETE", id("gone") + "?forceToPurge=true");
  const made = await cloud.ask("PUT", id("made"), { body: { location: "eastus", tags: { kept: "yes" } } });
  process.send({ made: id("made"), gone: id("gone"), operation: new URL(made.headers.get("azure-asyncoperation")).pathname, now: cloud.cloud.clock.now() });
`;

test("after kill -9 in the middle of operations, the next cloud takes them up where they were", async () => {
  const script = join(folder, "child.ts");
  writeFileSync(script, child(new URL("./testing.ts", import.meta.url).href, join(folder, "state")));
  const killed = fork(script, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [told] = (await once(killed, "message")) as [{ made: string; gone: string; operation: string; now: number }];
  killed.kill("SIGKILL");
  await once(killed, "close");

  await using t = await startTestCloud({ stateDir: join(folder, "state"), providers: [() => toys], clock: "manual" });
  expect(t.cloud.clock.now()).toBeGreaterThanOrEqual(told.now);
  const during = async (id: string) => (await t.ask("GET", id)).json.properties;
  expect(await during(told.made)).toEqual({ provisioningState: "Creating" });
  expect(await during(told.gone)).toEqual({ provisioningState: "Deleting" });

  t.cloud.clock.advance(600_000);
  const polled = await t.settle({
    ...(await t.ask("GET", told.operation)),
    headers: new Headers({ "azure-asyncoperation": told.operation }),
  });
  expect(polled.json.status).toBe("Succeeded");
  expect((await t.ask("GET", told.made)).json).toMatchObject({
    tags: { kept: "yes" },
    properties: { ready: true, provisioningState: "Succeeded" },
  });
  expect((await t.ask("GET", told.gone)).status).toBe(404);
  // What the DELETE asked for was not forgotten.
  expect(t.host.resources.softDeleted("Toy.Store/boxes")).toEqual([]);
});
