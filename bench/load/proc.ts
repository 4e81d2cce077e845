import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

/** Of the process alone, user and system together. */
export function cpuSecondsOf(pid: number): number {
  // After the command's name, which may have spaces: utime and stime are fields 14 and 15, cutime and cstime 16 and 17.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

/** Proportional, so that pages which several processes share count once. */
export function residentMiBOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
}

/** A process and all below it. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = Number(/\) \S (\d+)/.exec(read(`/proc/${entry}/stat`))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
