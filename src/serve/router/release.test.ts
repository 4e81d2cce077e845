import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { requestBytes } from "../../../bench/load/connection.ts";
import { openLoop } from "../../../bench/load/open-loop.ts";
import type { LoadResult } from "../../../bench/load/samples.ts";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { startChild } from "../testing/child.ts";
import { LINEAR, modelFolder } from "../testing/models.ts";
import { KEY, type TestRouter, testInstance, testRouter } from "../testing/router.ts";
import { testServer } from "../testing/server.ts";

const request = requestBytes({
  path: "/api/v1/endpoint/e/score",
  headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
  body: '{"data":[[5.1,3.5,1.4,0.2]]}',
});

const load = (router: TestRouter, rate: number, seconds: number) =>
  openLoop({ port: router.router.port, request, rate, seconds, graceMs: 10_000 });

/** Nothing may be lost, refused, or left without an answer. */
const WHOLE = { failed: 0, lost: 0, unanswered: 0 };

test("no request is lost over 1,000 switches under an open loop of keep-alive requests", async () => {
  await using blue = await testServer(encodeModel(LINEAR));
  await using green = await testServer(encodeModel(LINEAR));
  await using router = await testRouter();
  const both = (greenWeight: number) =>
    router.apply(
      { name: "blue", weight: 100 - greenWeight, instances: [blue.url] },
      { name: "green", weight: greenWeight, instances: [green.url] },
    );
  // Weights move, and each deployment leaves the table with its connections and comes back.
  const switches = [
    () => both(100),
    () => router.apply({ name: "green", weight: 100, instances: [green.url] }),
    () => both(50),
    () => both(0),
    () => router.apply({ name: "blue", weight: 100, instances: [blue.url] }),
    () => both(10),
  ];
  both(0);

  let switching = true;
  const results: LoadResult[] = [];
  const loaded = (async () => {
    while (switching) results.push(await load(router, 400, 1));
  })();
  for (let at = 0; at < 1_000; at++) {
    switches[at % switches.length]?.();
    await sleep(5);
  }
  switching = false;
  await loaded;

  expect(results.length).toBeGreaterThan(4);
  for (const result of results) expect(result).toMatchObject({ sent: 400, answered: 400, ...WHOLE });
}, 60_000);

test("kill -9 of a deployment under an open loop fails no request that had no byte of its answer yet", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using green = startChild("server-main.ts", [folder.path]);
  const origin = `http://127.0.0.1:${(await green.told("listening")).port}`;
  await green.told("ready");
  await using blue = await testServer(encodeModel(LINEAR));
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 50, instances: [blue.url] }, { name: "green", weight: 50, instances: [origin] });
  const result = load(router, 400, 3);

  await sleep(1_000);
  green.process.kill("SIGKILL");

  expect(await result).toMatchObject({ sent: 1_200, answered: 1_200, ...WHOLE });
}, 30_000);

describe("the split", () => {
  const REQUESTS = 4_000;
  /** Binomial, 99 %. */
  const bound = (share: number) => 2.576 * Math.sqrt(REQUESTS * share * (1 - share));

  /** Uniform in [0, 1), the same on every run (mulberry32). */
  function seeded(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  async function greenShare(weight: number, ask: (router: TestRouter, at: number) => Promise<unknown>, sticky: boolean) {
    await using blue = await testInstance("blue");
    await using green = await testInstance("green");
    await using router = await testRouter({ random: seeded(weight) }, sticky ? { sticky: { header: "x-user" } } : {});
    router.apply(
      { name: "blue", weight: 100 - weight, instances: [blue.origin] },
      { name: "green", weight, instances: [green.origin] },
    );
    for (let at = 0; at < REQUESTS; at += 16) {
      await Promise.all(Array.from({ length: 16 }, (_, more) => ask(router, at + more)));
      await turn();
    }
    return green.seen.length;
  }

  test.each([1, 10, 50])("of %i percent is within the bounds of a binomial at 99 percent", async (weight) => {
    const green = await greenShare(weight, (router) => router.score(), false);

    expect(Math.abs(green - (REQUESTS * weight) / 100)).toBeLessThan(bound(weight / 100));
  });

  test("of keys that count up is, too", async () => {
    const green = await greenShare(20, (router, at) => router.score({ "x-user": `user-${at}` }), true);

    expect(Math.abs(green - REQUESTS * 0.2)).toBeLessThan(bound(0.2));
  });
});

test("a sticky key stays with its deployment, over header and cookie alike; the deployment that a caller names comes first", async () => {
  await using blue = await testInstance("blue");
  await using green = await testInstance("green");
  for (const [sticky, headers] of [
    [{ header: "x-user" }, { "x-user": "u-3" }],
    [{ cookie: "user" }, { cookie: "theme=dark; user=u-3" }],
  ] as const) {
    await using router = await testRouter({}, { sticky });
    router.apply(
      { name: "blue", weight: 50, instances: [blue.origin] },
      { name: "green", weight: 50, instances: [green.origin] },
    );
    const first = await router.score(headers);
    const other = first.deployment === "blue" ? "green" : "blue";

    const seen = new Set<string>();
    for (let at = 0; at < 30; at++) seen.add((await router.score(headers)).deployment);
    expect([...seen]).toEqual([first.deployment]);
    expect(await router.score({ ...headers, "azureml-model-deployment": other })).toMatchObject({ deployment: other });
  }
});

test("an answer names the image that it came from, when the table does", async () => {
  await using blue = await testInstance("blue");
  await using router = await testRouter();
  const imageDigest = `sha256:${"a".repeat(64)}`;

  router.apply({ name: "blue", weight: 100, instances: [blue.origin], imageDigest });
  expect((await router.score()).headers["x-image-digest"]).toBe(imageDigest);
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });
  expect(Object.keys((await router.score()).headers)).not.toContain("x-image-digest");
});

test("while it drains, an answer over a kept-alive connection says that it is the last", async () => {
  const release = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using blue = await testInstance("blue", (_, response) => {
    arrived.resolve();
    void release.promise.then(() => response.end("done"));
  });
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });
  const answer = router.score();
  await arrived.promise;

  const drained = router.router.drain();
  release.resolve();

  expect(await answer).toMatchObject({ status: 200, body: "done", headers: { connection: "close" } });
  expect(await drained).toBe(true);
});
