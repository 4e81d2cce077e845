import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchStrain } from "./strain.ts";

test("strain is high after a window without a pause and low after one that was mostly idle", async () => {
  using strain = watchStrain();
  expect(strain.isHigh()).toBe(false);

  // The loop is held for longer than a window, again and again, until a window ends in which it had no rest.
  for (let held = 0; held < 10 && !strain.isHigh(); held++) {
    for (const end = performance.now() + 300; performance.now() < end; );
    await sleep(0);
  }
  expect(strain.isHigh()).toBe(true);

  for (let waited = 0; waited < 40 && strain.isHigh(); waited++) await sleep(50);
  expect(strain.isHigh()).toBe(false);
});
