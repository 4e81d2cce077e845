import { expect, test } from "vitest";
import { abandonAll, stopAll } from "./ending.ts";

const fails = () => Promise.reject(new Error("the pool is gone"));

/** Copies that remember how they ended. */
function copies() {
  const ended: string[] = [];
  const end = (how: string) => async () => void ended.push(how);
  return { ended, stop: end("stopped"), abandon: end("abandoned") };
}

test("a load that fails to stop says so, and the copies stop all the same", async () => {
  const mirror = copies();

  await expect(stopAll({ stop: fails }, mirror)).rejects.toThrow("the pool is gone");

  expect(mirror.ended).toEqual(["stopped"]);
});

test("letting go fails silently and lets go of the copies", async () => {
  const mirror = copies();

  await abandonAll({ abandon: fails }, mirror);

  expect(mirror.ended).toEqual(["abandoned"]);
});
