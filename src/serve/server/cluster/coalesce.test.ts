import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

function slow() {
  const calls: PromiseWithResolvers<number>[] = [];
  const ask = coalesce(() => {
    const call = Promise.withResolvers<number>();
    calls.push(call);
    return call.promise;
  });
  return { calls, ask };
}

test("all who ask during a call share the next one, and none gets what was said before they asked", async () => {
  const { calls, ask } = slow();
  const first = ask();
  const later = [ask(), ask(), ask()];
  expect(calls).toHaveLength(1);

  calls[0]?.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.resolve(2);

  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  const after = ask();
  calls[2]?.resolve(3);
  expect(await after).toBe(3);
});

test("a call that fails fails for its own asker alone", async () => {
  const { calls, ask } = slow();
  const [first, second] = [ask(), ask()];

  calls[0]?.reject(new Error("gone"));
  await expect(first).rejects.toThrow("gone");
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.resolve(2);

  expect(await second).toBe(2);
});
