import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../base/index.ts";
import { box, startDeploymentsCloud, symbolic } from "./testing.ts";

async function interrupted(template: JsonObject, parameters: JsonObject, afterMs: number) {
  const stateDir = await mkdtemp(join(tmpdir(), "quayside-restart-"));
  let id = "";
  {
    await using first = await startDeploymentsCloud({ stateDir, clock: "manual" });
    id = `${first.group}/providers/Microsoft.Resources/deployments/dep`;
    expect((await first.ask("PUT", id, { properties: { template, parameters, mode: "Incremental" } })).status).toBe(201);
    await turns();
    first.t.host.clock.advance(afterMs);
    await turns();
  }
  const second = await startDeploymentsCloud({ stateDir });
  return {
    id,
    second,
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

test("a deployment that a restart interrupts goes on where it was", async () => {
  const template = symbolic(
    { a: box("a"), b: box("b", { takesMs: 90_000 }), c: box("c", { of: "[reference('a').serial]" }, { dependsOn: ["b"] }) },
    { outputs: { of: { type: "string", value: "[reference('c').of]" } } },
  );
  await using run = await interrupted(template, {}, 60_000);
  const { id, second } = run;

  const deployment = await second.ended(id);

  expect(deployment.properties).toMatchObject({ provisioningState: "Succeeded", outputs: { of: { value: "serial-a" } } });
  expect(second.toys.writes.map(({ name }) => name)).toEqual(["c"]);
  expect((await second.rows(id)).map((row) => (row.properties as JsonObject).provisioningState)).toEqual([
    "Succeeded",
    "Succeeded",
    "Succeeded",
    "Succeeded",
  ]);
});

test("one that was given secrets says that it cannot go on", async () => {
  const template = symbolic({ a: box("a") }, { parameters: { s: { type: "secureString" } } });
  await using run = await interrupted(template, { s: { value: "hidden" } }, 0);
  const { id, second } = run;

  const { properties } = await second.ended(id);

  expect(properties).toMatchObject({
    provisioningState: "Failed",
    error: { code: "DeploymentInterrupted", message: expect.stringContaining("secure parameters") },
  });
  expect(JSON.stringify(second.t.host.store.list("deployments"))).not.toContain("hidden");
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
