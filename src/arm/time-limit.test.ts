import { expect, test } from "vitest";
import { waitWithin } from "./time-limit.ts";

const later = (ms: number, signal: AbortSignal) =>
  new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => resolve("ended"), ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Error("aborted"));
    });
  });

test("a wait of more milliseconds than a timer holds is no wait of none", async () => {
  const month = { what: "job long", ms: 30 * 86_400_000, hint: "" };

  expect(await waitWithin(month, undefined, (signal) => later(50, signal))).toBe("ended");
});

test("the caller's own end of the wait keeps its reason", async () => {
  const caller = new AbortController();
  const waiting = waitWithin({ what: "job", ms: 10_000, hint: "" }, caller.signal, (signal) => later(5_000, signal));

  caller.abort(new Error("interrupted"));

  await expect(waiting).rejects.toThrow("aborted");
});

test("a wait that is too long says what it waited for", async () => {
  const waiting = waitWithin({ what: "job slow", ms: 20, hint: "look" }, undefined, (signal) => later(5_000, signal));

  await expect(waiting).rejects.toMatchObject({
    code: "arm.wait-too-long",
    message: expect.stringContaining("job slow"),
    hint: "look",
  });
});
