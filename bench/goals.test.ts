import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Ends as a benchmark does that reached this much of at most 10 ms. */
function judging(...reached: readonly number[]): Promise<{ readonly code: number; readonly lines: string[] }> {
  const goals = reached.map((value) => `atMost("time", 10, "ms", ${value})`).join(", ");
  const script = `import { atMost, judge } from ${JSON.stringify(join(import.meta.dirname, "goals.ts"))}; judge([${goals}]);`;
  return new Promise((resolve) => {
    execFile(process.execPath, ["--input-type=module", "-e", script], (error, _, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), lines: stderr.trim().split("\n") }),
    );
  });
}

test("a benchmark ends with 1 when one of its goals is missed", async () => {
  expect(await judging(9, 10)).toEqual({ code: 0, lines: Array(2).fill(expect.stringMatching(/^met {6}time at most 10 ms: /)) });
  expect(await judging(9, 10.001)).toMatchObject({ code: 1, lines: [expect.any(String), "NOT MET  time at most 10 ms: 10 ms"] });
  expect((await judging(Number.NaN)).code).toBe(1);
});
