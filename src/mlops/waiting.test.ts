import { expect, test } from "vitest";
import type { Workspace } from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";
import { recordingReporter } from "../report/index.ts";
import { watchNodes } from "./waiting.ts";

/** Looks at a cluster a minute after the last time. */
function watching() {
  let shown: JsonObject = {};
  let minutes = 0;
  const get = async () => ({ properties: { properties: shown } });
  const workspace = { id: "/workspaces/w", client: { get } } as unknown as Workspace;
  const reporter = recordingReporter();
  const clock = { now: () => minutes * 60_000, sleep: async () => undefined };
  const context = { reporter, clock, signal: new AbortController().signal, pollMs: 5, newId: () => "one" };
  const look = watchNodes(workspace, "cpu", "train", context);
  return {
    warnings: () => reporter.events.length,
    /** As many looks, at a cluster with this error and so many running nodes. */
    see: async (looks: number, code: string | undefined, runningNodeCount = 0) => {
      shown = {
        nodeStateCounts: { runningNodeCount, unusableNodeCount: 1 },
        errors: code === undefined ? [] : [{ error: { code, message: "no" } }],
      };
      for (let each = 0; each < looks; each++, minutes++) await look();
    },
  };
}

const short = { code: "mlops.no-nodes", message: "compute cpu starts no node for job train: Quota: no; so it was for 15 min" };

test("a cluster without a usable node is given up after a quarter of an hour", async () => {
  const { see, warnings } = watching();

  await see(15, "Quota");

  expect(warnings()).toBe(1);
  await expect(see(1, "Quota")).rejects.toMatchObject(short);
});

test("while nodes run, the job queues: that is told once, and the time counts from when none is left", async () => {
  const { see, warnings } = watching();

  await see(40, "Quota", 1);
  await see(15, "Quota");

  expect(warnings()).toBe(1);
  await expect(see(1, "Quota")).rejects.toMatchObject(short);
});

test("another reason, or one that comes back, is told and given its own time", async () => {
  const { see, warnings } = watching();

  await see(10, "Capacity");
  await see(10, "Quota");
  await see(1, undefined);
  await see(15, "Quota");

  expect(warnings()).toBe(3);
  await expect(see(1, "Quota")).rejects.toMatchObject(short);
});
