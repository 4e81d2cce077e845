import { expect, test } from "vitest";
import { createRouterEvidence } from "./router-evidence.ts";
import { type Reading, readRouterMetrics } from "./router-metrics.ts";

const BOUNDS = [0.005, 0.01, 0.025];

/** A deployment's counters since its router started; `slow` requests take up to 25 ms, the others up to 5 ms. */
interface Totals {
  readonly ok?: number;
  readonly bad?: number;
  readonly failed?: number;
  readonly slow?: number;
  readonly pinned?: number;
}

function reading(process: number, deployments: Readonly<Record<string, Totals>>): Reading {
  const lines = Object.entries(deployments).flatMap(([name, { ok = 0, bad = 0, failed = 0, slow = 0, pinned = 0 }]) => {
    const labels = `endpoint="e",deployment="${name}",model="m",version="1"`;
    const total = ok + bad + failed;
    const below = (bound: number) => (bound < 0.025 ? total - slow : total);
    return [
      `quayside_router_requests_total{${labels},code="200"} ${ok}`,
      `quayside_router_requests_total{${labels},code="422"} ${bad}`,
      `quayside_router_requests_total{${labels},code="502"} ${failed}`,
      `quayside_router_pinned_requests_total{${labels},code="200"} ${pinned}`,
      ...BOUNDS.map((le) => `quayside_router_request_duration_seconds_bucket{${labels},le="${le}"} ${below(le)}`),
      `quayside_router_request_duration_seconds_bucket{${labels},le="+Inf"} ${total}`,
    ];
  });
  return readRouterMetrics([`process_start_time_seconds ${process}`, ...lines].join("\n"), "e");
}

/** Looks ten seconds apart at what the router shows one after the other. */
function looks(...readings: (Reading | undefined)[]) {
  let [at, now] = [0, 0];
  return createRouterEvidence({
    read: async () => readings[at++],
    pair: { stable: "blue", candidate: "green" },
    slow: { slowerBy: 1.25, atLeastMs: 5 },
    now: () => (now += 10_000),
  });
}

test("users' answers count by deployment: 4xx and 5xx, but not those whose callers named the deployment", async () => {
  const evidence = looks(
    reading(1, { blue: { ok: 1000 }, green: {} }),
    reading(1, { blue: { ok: 1090, bad: 4, failed: 6 }, green: { ok: 27, failed: 3, pinned: 20 } }),
  );
  evidence.expect(10);

  expect(await evidence.take()).toMatchObject({
    blocks: { errors: { candidate: { requests: 10, events: 3 }, stable: { requests: 100, events: 10 } } },
    requestsPerSecond: 11,
  });
});

test("the split is what arrived, but for the first look at a share, which requests of the old one still end in", async () => {
  const evidence = looks(
    reading(1, {}),
    reading(1, { blue: { ok: 50 }, green: { ok: 50 } }),
    reading(1, { blue: { ok: 100 }, green: { ok: 90 } }),
  );
  evidence.expect(50);

  expect((await evidence.take())?.split).toBeUndefined();
  expect((await evidence.take())?.split).toEqual({ candidate: 40, total: 90, share: 0.5 });
});

test("slow is beyond the stable version's p99 of before, rounded up to a bound, and one in a stall's time counts", async () => {
  const evidence = looks(
    reading(1, {}),
    reading(1, { blue: { ok: 200 }, green: { ok: 200, slow: 200 } }),
    reading(1, { blue: { ok: 400 }, green: { ok: 400, slow: 300 } }),
  );
  evidence.expect(50);

  expect((await evidence.take())?.blocks.slow).toBeUndefined();
  // 20 requests/s of each are judged by fours; the limit is 10 ms, from a p99 of just below 5 ms.
  expect((await evidence.take())?.blocks.slow).toEqual({
    candidate: { requests: 50, events: 25 },
    stable: { requests: 50, events: 0 },
  });
});

test("at 0 % the candidate's answers are those to the router's copies, and who disagrees is told", async () => {
  const copies = (code: number, amount: number) =>
    `quayside_router_mirror_requests_total{endpoint="e",deployment="green",code="${code}"} ${amount}`;
  const compared = (result: string, amount: number) =>
    `quayside_router_mirror_answers_total{endpoint="e",deployment="green",result="${result}"} ${amount}`;
  const blue = (amount: number) =>
    `quayside_router_requests_total{endpoint="e",deployment="blue",model="m",version="1",code="200"} ${amount}`;
  const text = (...lines: string[]) => readRouterMetrics(["process_start_time_seconds 1", ...lines].join("\n"), "e");
  const evidence = looks(
    text(blue(10)),
    text(
      blue(110),
      copies(200, 90),
      copies(502, 3),
      copies(422, 2),
      compared("agreed", 80),
      compared("disagreed", 12),
      compared("failed", 3),
    ),
  );
  evidence.expect(0);

  expect(await evidence.take()).toEqual({
    blocks: {
      errors: { candidate: { requests: 95, events: 5 }, stable: { requests: 100, events: 0 } },
      disagreement: { candidate: { requests: 92, events: 12 }, stable: { requests: 0, events: 0 } },
    },
    requestsPerSecond: 10,
  });
});

test("a router that started anew, or another one behind the same address, is compared with itself alone", async () => {
  const evidence = looks(
    reading(1, { blue: { ok: 1000 } }),
    reading(2, { blue: { ok: 10 } }),
    reading(1, { blue: { ok: 1100 } }),
    reading(2, { blue: { ok: 15 } }),
  );
  evidence.expect(50);

  expect(await evidence.take()).toBeUndefined();
  expect((await evidence.take())?.blocks.errors?.stable.requests).toBe(100);
  expect((await evidence.take())?.blocks.errors?.stable.requests).toBe(5);
});

test("a look at which the router is silent says nothing, and the next one has all of it", async () => {
  const evidence = looks(reading(1, { blue: { ok: 5 } }), undefined, reading(1, { blue: { ok: 25 } }));
  evidence.expect(50);

  expect(await evidence.take()).toBeUndefined();
  expect((await evidence.take())?.blocks.errors?.stable.requests).toBe(20);
});

test("a release that is interrupted before its first look leaves nothing behind that fails", async () => {
  const unhandled: unknown[] = [];
  const note = (cause: unknown) => void unhandled.push(cause);
  process.on("unhandledRejection", note);
  const evidence = createRouterEvidence({
    read: () => Promise.reject(new Error("interrupted")),
    pair: { stable: "blue", candidate: "green" },
    slow: { slowerBy: 1.25, atLeastMs: 5 },
    now: () => 0,
  });

  evidence.expect(10);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);

  expect(unhandled).toEqual([]);
  await expect(evidence.take()).rejects.toThrow("interrupted");
});
