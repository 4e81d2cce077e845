import { expect, test } from "vitest";
import type { Workspace } from "../arm/index.ts";
import { systemClock } from "../base/index.ts";
import { QuaysideError, recordingReporter } from "../report/index.ts";
import { abandonJob } from "./abandoned-job.ts";

const reason = new QuaysideError("job train did not end", { code: "arm.wait-too-long", fault: "azure", hint: "look" });

async function abandon(cancel: () => Promise<object>, signal = new AbortController().signal, why: unknown = reason) {
  const workspace = { id: "/workspaces/w", client: { post: cancel } } as unknown as Workspace;
  const reporter = recordingReporter();
  const context = { reporter, clock: systemClock, signal, pollMs: 5, newId: () => "one" };
  return { given: await abandonJob(workspace, "train", why, context), events: reporter.events };
}

test("the reason says that the job was cancelled", async () => {
  const { given, events } = await abandon(async () => ({}));

  expect(given).toMatchObject({
    code: "arm.wait-too-long",
    hint: "look",
    message: "job train did not end; the job was cancelled",
  });
  expect(events).toEqual([]);
});

test("a job that could not be cancelled is no secret, also when the person ends it", async () => {
  const fails = () => Promise.reject(new Error("no connection"));
  const warned = [
    { name: "warning", payload: { code: "mlops.job-not-cancelled", message: expect.stringContaining("no connection") } },
  ];
  const ended = new Error("interrupted");

  const timed = await abandon(fails);
  const interrupted = await abandon(fails, AbortSignal.abort(ended), ended);

  expect(timed.given).toMatchObject({ message: "job train did not end; the job could not be cancelled" });
  expect(timed.events).toMatchObject(warned);
  expect(interrupted.given).toBe(ended);
  expect(interrupted.events).toMatchObject(warned);
});
