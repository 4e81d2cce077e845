import { expect, test } from "vitest";
import type { Block } from "../statistics/two-rates.ts";
import type { Collector } from "./collector.ts";
import type { RouterObservation } from "./router-evidence.ts";
import { createSource, type SourceOptions } from "./source.ts";

const block = (requests: number, events: number): Block => ({
  candidate: { requests, events },
  stable: { requests, events },
});

/** 100 requests/s are needed; the router has counted `seen` at each look. */
function source(more: Partial<SourceOptions>, seen: readonly (RouterObservation | undefined)[] = []) {
  const rates: number[] = [];
  const counted: (boolean | undefined)[] = [];
  let at = 0;
  const collector: Collector = {
    live: () => undefined,
    mirrored: () => undefined,
    expect: (_, isCounted) => void counted.push(isCounted),
    take: async () => ({ blocks: { errors: block(1, 1), wrong: block(5, 0) } }),
  };
  const made = createSource({
    collector,
    router: { expect: () => undefined, take: async () => seen[at++] },
    load: { setRate: (rate) => void rates.push(rate) },
    requestsPerSecond: 100,
    send: "missing",
    users: 0,
    ...more,
  });
  return { made, rates, counted };
}

const observation = (requestsPerSecond: number): RouterObservation => ({
  blocks: { errors: block(50, 2), slow: block(10, 1) },
  requestsPerSecond,
});

test("our own requests fill up what users' lack, and follow their rate", async () => {
  const { made, rates } = source({ users: 60 }, [observation(100), observation(160)]);
  made.expect(50);
  expect(made.pace()).toMatchObject({ users: 60, own: 40 });

  await made.take();
  await made.take();

  expect(rates).toEqual([40, 40, 40, 10]);
  expect(made.pace()).toMatchObject({ users: 90, own: 10 });
});

test("never sends none, always sends all", () => {
  expect(source({ send: "never", users: 10 }).made.pace()).toMatchObject({ users: 10, own: 0 });
  expect(source({ send: "always", users: 10 }).made.pace()).toMatchObject({ users: 10, own: 100 });
});

test("what the router counted comes before our own count, but for requests that never reached it", async () => {
  const { made, counted } = source({}, [observation(50)]);
  made.expect(50);

  expect((await made.take()).blocks).toEqual({ errors: block(51, 3), slow: block(10, 1), wrong: block(5, 0) });
  expect(counted).toEqual([true]);
});

test("copies are made of our own requests, so these are all sent and counted by us while there are copies", async () => {
  const { made, counted } = source({ users: 500 }, [observation(500)]);
  made.expect(0);

  expect(made.pace()).toMatchObject({ users: 500, own: 100 });
  expect((await made.take()).blocks.errors).toEqual(block(1, 1));
  expect(counted).toEqual([false]);
});

test("where the router mirrors, copies are of everybody's requests, and ours only fill up", async () => {
  const { made, counted } = source({ users: 70, copiesAll: true }, [observation(100)]);
  made.expect(0);

  expect(made.pace()).toEqual({ users: 70, own: 30, copiesAll: true });
  expect((await made.take()).blocks.errors).toEqual(block(51, 3));
  expect(counted).toEqual([true]);
});

test("without a router's counters the evidence is our own", async () => {
  const { made } = source({ router: undefined });
  made.expect(50);

  expect((await made.take()).blocks.errors).toEqual(block(1, 1));
});
