import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { JsonObject } from "../../../base/index.ts";
import { createBlobAccess } from "../../planes/blob/index.ts";
import { ACCOUNT, startMlCloud } from "./fixture.ts";
import { isRunning } from "./job-fixture.ts";

test("kill -9 of the cloud ends its jobs' processes, loses no acknowledged blob, and the jobs are Failed after a restart", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "quayside-crash-"));
  const child = fork(new URL("./crash-child.ts", import.meta.url), [stateDir], { execArgv: [], stdio: "inherit" });
  const [{ pid, workspace }] = (await once(child, "message")) as [{ pid: number; workspace: string }];
  expect(isRunning(pid)).toBe(true);

  child.kill("SIGKILL");
  await once(child, "exit");

  await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
  const again = await startMlCloud({ stateDir, keep: true });
  const { json } = await again.ask("GET", `${workspace}/jobs/running`);
  const details = await again.ask("GET", `/history/v1.0${workspace}/runs/running/details`);
  const kept = await createBlobAccess(again.host).list({ account: ACCOUNT, container: "azureml", path: "kept" });
  await again.close();
  await rm(stateDir, { recursive: true, force: true });
  expect((json.properties as JsonObject).status).toBe("Failed");
  expect(details.json.error).toMatchObject({ error: { code: "ServiceError" } });
  expect(kept).toHaveLength(20);
});
