import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventually, serversOf, startWorld } from "./testing.ts";

const FIXTURE = fileURLToPath(new URL("./restart.fixture.ts", import.meta.url));

test("when the cloud is killed its model servers end, and a restarted cloud serves the same model under the same key", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "quayside-restart-"));
  try {
    const killed = fork(FIXTURE, [stateDir], { execArgv: [] });
    const [said] = (await Promise.race([once(killed, "message"), once(killed, "exit")])) as unknown[];
    expect(said).toEqual({ status: 200 });
    expect(await serversOf("restart-stump")).toHaveLength(1);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    expect(
      await eventually(
        () => serversOf("restart-stump"),
        ({ length }) => length === 0,
      ),
    ).toEqual([]);

    await using world = await startWorld({ stateDir, keep: true });
    const answer = await eventually(
      // The router takes a moment to listen again.
      () => world.score("ep-restart").catch(() => undefined),
      (seen) => seen?.status === 200,
    );
    expect(answer?.status).toBe(200);
    expect(await serversOf("restart-stump")).toHaveLength(1);
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
  expect(await serversOf("restart-stump")).toEqual([]);
});
