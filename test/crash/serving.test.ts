import { Agent, fetch } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asString } from "../../src/base/index.ts";
import { serversOf, startWorld, type World } from "../../src/cloud/providers/machine-learning/endpoints/testing.ts";
import { until } from "../support/platform.ts";
import { childrenOf } from "../support/processes.ts";
import { STUMP } from "../support/stump.ts";

/** One endpoint, one deployment with two instances, real processes. */
const CONNECTIONS = 6;
const MODEL = "crash-stump";
const ENDPOINT = "ep-crash";
let world: World;
let scoringUri: string;
let authorization: string;

beforeAll(async () => {
  world = await startWorld();
  await world.endpoint(ENDPOINT);
  const model = await world.model(MODEL, "1", { "model.onnx": STUMP });
  await world.deploy(ENDPOINT, "blue", { model }, { sku: { name: "Default", capacity: 2 } });
  await world.traffic(ENDPOINT, { blue: 100 });
  const id = `${world.workspace}/onlineEndpoints/${ENDPOINT}`;
  const { properties } = (await world.test.ask("GET", id)).json as { properties: { scoringUri: string } };
  scoringUri = properties.scoringUri;
  authorization = `Bearer ${asString((await world.test.ask("POST", `${id}/listKeys`)).json.primaryKey)}`;
});
afterAll(() => world[Symbol.asyncDispose]());

interface Outcome {
  /** The status, or the network's own word. */
  readonly result: number | string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Keep-alive connections that score without pause until told to stop. */
function startLoad(): { readonly outcomes: readonly Outcome[]; stop(): Promise<void> } {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const outcomes: Outcome[] = [];
  let running = true;
  const workers = Array.from({ length: CONNECTIONS }, async () => {
    while (running) {
      const startedAt = performance.now();
      const result = await score(dispatcher);
      outcomes.push({ result, startedAt, endedAt: performance.now() });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  return {
    outcomes,
    stop: async () => {
      running = false;
      await Promise.all(workers);
      await dispatcher.close();
    },
  };
}

async function score(dispatcher?: Agent): Promise<number | string> {
  try {
    const answer = await fetch(scoringUri, {
      method: "POST",
      ...(dispatcher === undefined ? {} : { dispatcher }),
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ data: [[0.9, 0]] }),
    });
    await answer.text();
    return answer.status;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("kill -9 of a model server under load loses at most what it was answering, and the supervisor brings it back", async () => {
  const before = await serversOf(MODEL);
  expect(before).toHaveLength(2);
  const load = startLoad();
  await until(
    async () => load.outcomes.length,
    (count) => count > 50,
  );

  const killedAt = performance.now();
  process.kill(before[0] ?? 0, "SIGKILL");
  const after = await until(
    () => serversOf(MODEL),
    (pids) => pids.length === 2 && !pids.includes(before[0] ?? 0),
  );
  const answered = load.outcomes.length;
  await until(
    async () => load.outcomes.length,
    (count) => count > answered + 50,
  );
  await load.stop();

  const failed = load.outcomes.filter(({ result }) => result !== 200);
  expect(after).toContain(before[1]);
  expect(failed.length).toBeLessThanOrEqual(CONNECTIONS);
  // Whatever failed was on its way when the server died; nothing that started later did.
  expect(failed.filter(({ startedAt }) => startedAt > killedAt + 50)).toEqual([]);
  expect(load.outcomes.filter(({ startedAt }) => startedAt > killedAt).length).toBeGreaterThan(50);
});

test("kill -9 of the router under load is over within seconds, at the same address and under the same key", async () => {
  const [router] = await childrenOf(process.pid, "router-main.ts");
  const load = startLoad();
  await until(
    async () => load.outcomes.length,
    (count) => count > 50,
  );

  process.kill(router ?? 0, "SIGKILL");
  const [again] = await until(
    () => childrenOf(process.pid, "router-main.ts"),
    (pids) => pids.length === 1 && pids[0] !== router,
  );
  await until(
    () => score(),
    (result) => result === 200,
  );
  const backAt = performance.now();
  await until(
    async () => load.outcomes.filter(({ startedAt }) => startedAt > backAt).length,
    (count) => count > 50,
  );
  await load.stop();

  expect(again).toBeDefined();
  expect(load.outcomes.filter(({ startedAt, result }) => startedAt > backAt && result !== 200)).toEqual([]);
  expect(await serversOf(MODEL)).toHaveLength(2);
});
