import { expect, test } from "vitest";
import { usableCores } from "./cores.ts";

const files = (texts: Readonly<Record<string, string>>) => (path: string) => texts[path.replace("/sys/fs/cgroup/", "")];

test.each([
  ["no limit", {}, 8],
  ["version 2 without a limit", { "cpu.max": "max 100000\n" }, 8],
  ["version 2, two processors", { "cpu.max": "200000 100000\n" }, 2],
  ["version 2, half a processor", { "cpu.max": "50000 100000\n" }, 1],
  ["version 2, more than there are", { "cpu.max": "6400000 100000\n" }, 8],
  ["version 1 without a limit", { "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n" }, 8],
  ["version 1, three and a half", { "cpu/cpu.cfs_quota_us": "350000\n", "cpu/cpu.cfs_period_us": "100000\n" }, 3],
])("%s", (_, texts, cores) => {
  expect(usableCores(files(texts), 8)).toBe(cores);
});
