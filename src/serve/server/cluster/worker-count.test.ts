import { expect, test } from "vitest";
import { usableMemory } from "../memory.ts";
import { workerCount } from "./worker-count.ts";

const GIB = 2 ** 30;

test.each<[string | undefined, number, number, number]>([
  [undefined, 8, 64 * GIB, 1],
  ["3", 8, 64 * GIB, 3],
  ["auto", 8, 64 * GIB, 8],
  ["auto", 1, 64 * GIB, 1],
  // Memory for three of 128 MiB is two workers and the primary.
  ["auto", 8, 3 * 128 * 2 ** 20, 2],
  ["auto", 8, 64 * 2 ** 20, 1],
])("%s with %i cores and %i bytes is %i", (text, cores, memory, count) => {
  expect(workerCount(text, cores, memory)).toBe(count);
});

test.each(["0", "-1", "many", "1.5", "257", ""])("%j workers are refused", (text) => {
  expect(() => workerCount(text, 8, GIB)).toThrow(/^the number of workers is .*; auto or an integer from 1 to 256 is needed$/);
});

test.each([
  ["no limit", {}, 8 * GIB],
  ["version 2 without a limit", { "memory.max": "max\n" }, 8 * GIB],
  ["version 2, one gibibyte", { "memory.max": "1073741824\n" }, GIB],
  ["version 1, without a limit", { "memory/memory.limit_in_bytes": "9223372036854771712\n" }, 8 * GIB],
  ["version 1, two gibibytes", { "memory/memory.limit_in_bytes": "2147483648\n" }, 2 * GIB],
])("usable memory: %s", (_, files: Readonly<Record<string, string>>, bytes) => {
  expect(usableMemory((path) => files[path.replace("/sys/fs/cgroup/", "")], 8 * GIB)).toBe(bytes);
});
