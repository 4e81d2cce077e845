import { expect, test } from "vitest";
import { createClock } from "./clock.ts";

const MINUTE = 60_000;

test("an instant clock passes minutes at once, and sleepers that overlap keep overlapping", async () => {
  const clock = createClock({ mode: "instant" });
  const start = clock.now();
  const order: string[] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    order.push(name);
  };

  await Promise.all([sleep("long", 10 * MINUTE), sleep("short", MINUTE).then(() => sleep("then", 3 * MINUTE))]);

  expect(order).toEqual(["short", "then", "long"]);
  expect(clock.now() - start).toBeGreaterThanOrEqual(10 * MINUTE);
  expect(clock.now() - start).toBeLessThan(11 * MINUTE);
});

test("a manual clock stands until it is moved", async () => {
  const clock = createClock({ mode: "manual" });
  const start = clock.now();
  let awake = false;
  const slept = clock.sleep(MINUTE).then(() => {
    awake = true;
  });

  clock.advance(MINUTE - 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(awake).toBe(false);

  clock.advance(1);
  await slept;
  expect(clock.now() - start).toBe(MINUTE);
});

test("a realtime clock waits", async () => {
  const clock = createClock({ mode: "realtime" });
  const before = performance.now();
  await clock.sleep(20);

  expect(performance.now() - before).toBeGreaterThanOrEqual(18);
});

test("whoever is aborted wakes with the reason, and time does not pass for it", async () => {
  const clock = createClock({ mode: "manual" });
  const abort = new AbortController();
  const slept = clock.sleep(MINUTE, abort.signal);
  abort.abort(new Error("enough"));

  await expect(slept).rejects.toThrow("enough");
  await expect(clock.sleep(1, abort.signal)).rejects.toThrow("enough");
});

test("time that was skipped is told, and carried over to the next clock", async () => {
  const told: number[] = [];
  const clock = createClock({ mode: "instant", onSkip: (ms) => told.push(ms) });
  await clock.sleep(MINUTE);
  const skipped = told.at(-1) ?? 0;
  expect(skipped).toBeGreaterThan(MINUTE - 1_000);

  expect(createClock({ mode: "instant", skippedMs: skipped }).now()).toBeGreaterThanOrEqual(clock.now() - 1);
});
