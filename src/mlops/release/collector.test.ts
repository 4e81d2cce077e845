import { expect, test } from "vitest";
import { createCollector } from "./collector.ts";
import type { Outcome } from "./load.ts";

const pair = { stable: "blue", candidate: "green" };
const outcome = (deployment: string, more: Partial<Outcome> = {}): Outcome => ({
  deployment,
  ok: true,
  ms: 1,
  dueAt: performance.now() + 1000,
  body: 0,
  answer: '{"predictions":["a"]}',
  requestId: "",
  ...more,
});
const collector = (requestsPerSecond = 10) =>
  createCollector({ pair, slow: { slowerBy: 1.25, atLeastMs: 5 }, requestsPerSecond });

test("failures count for whoever answered, and by share where nobody says who", async () => {
  const own = collector();
  own.expect(25);
  own.live(outcome("green", { ok: false }));
  own.live(outcome("blue"));
  own.live(outcome("", { ok: false }));

  expect((await own.take()).blocks.errors).toEqual({
    candidate: { requests: 1.25, events: 1.25 },
    stable: { requests: 1.75, events: 0.75 },
  });
});

test("slow is measured against the stable version's p99 of before, so the first requests are not judged", async () => {
  const own = collector();
  own.expect(50);
  for (let at = 0; at < 100; at++) own.live(outcome("blue", { ms: 10 }));
  expect((await own.take()).blocks.slow).toBeUndefined();

  own.live(outcome("green", { ms: 14.9 }));
  own.live(outcome("green", { ms: 15.1 }));

  expect((await own.take()).blocks.slow?.candidate).toEqual({ requests: 2, events: 1 });
});

test("of many requests in a stall's time one latency is judged", async () => {
  const own = collector(100);
  own.expect(50);
  for (let at = 0; at < 100; at++) own.live(outcome("blue"));
  await own.take();

  for (let at = 0; at < 100; at++) own.live(outcome("green", { ms: 500 }));

  expect((await own.take()).blocks.slow?.candidate).toEqual({ requests: 10, events: 10 });
});

test("the split counts only requests that were due after the share was set", async () => {
  const own = collector();
  own.expect(undefined);
  own.live(outcome("green"));
  const early = performance.now() - 1;
  own.expect(50);
  own.live(outcome("green", { dueAt: early }));
  own.live(outcome("green"));
  own.live(outcome("blue"));

  expect((await own.take()).split).toEqual({ candidate: 1, total: 2, share: 0.5 });
});

test("answers that differ in their predictions disagree, those that differ in probabilities alone do not", async () => {
  const own = collector();
  own.expect(0);
  const live = outcome("blue", { answer: '{"predictions":["a"],"probabilities":[[0.9]]}' });
  own.mirrored({ live, copy: outcome("green", { answer: '{"predictions":["a"],"probabilities":[[0.8]]}' }) });
  own.mirrored({ live, copy: outcome("green", { answer: '{"predictions":["b"],"probabilities":[[0.9]]}' }) });

  const { blocks, split } = await own.take();

  expect(blocks.disagreement?.candidate).toEqual({ requests: 2, events: 1 });
  expect(blocks.errors?.candidate.requests).toBe(2);
  expect(split).toBeUndefined();
});
