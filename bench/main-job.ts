/**
 * The main job as a user starts it, several times in fresh folders: time to the first prediction, time in all, and the
 * peak memory of all its processes together. `npm run bench:main-job -- [runs]`
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = Number(process.argv[2] ?? 5);
const SAMPLE_MS = 100;

interface Measured {
  readonly cloudReadyMs: number;
  readonly firstPredictionMs: number;
  readonly totalMs: number;
  readonly peakMiB: number;
  readonly requests: { readonly sent: number; readonly failed: number; readonly p50Ms: number; readonly p99Ms: number };
}

const results: Measured[] = [];
for (let run = 0; run < runs; run++) {
  const state = mkdtempSync(join(tmpdir(), "quayside-bench-"));
  try {
    results.push(await measure(state));
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
console.log(
  JSON.stringify(
    {
      runs: results,
      median: {
        cloudReadyMs: median("cloudReadyMs"),
        firstPredictionMs: median("firstPredictionMs"),
        totalMs: median("totalMs"),
        peakMiB: median("peakMiB"),
      },
    },
    null,
    2,
  ),
);

async function measure(state: string): Promise<Measured> {
  const main = join(import.meta.dirname, "..", "src", "cli", "main.ts");
  const child = spawn(process.execPath, [main, "up", "--state", state, "--json"], {
    cwd: join(import.meta.dirname, ".."),
    stdio: "ignore",
  });
  let peakBytes = 0;
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, treeBytes(child.pid ?? 0));
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`the main job ended with ${code}`);
  const summary = JSON.parse(readFileSync(join(state, "last-run.json"), "utf8")) as {
    durations: Omit<Measured, "peakMiB" | "requests">;
    requests: Measured["requests"];
  };
  const { cloudReadyMs, firstPredictionMs, totalMs } = summary.durations;
  return { cloudReadyMs, firstPredictionMs, totalMs, peakMiB: peakBytes / 2 ** 20, requests: summary.requests };
}

/** Proportional set size of a process and all below it: pages that several of them share count once. Linux only. */
function treeBytes(root: number): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = read(`/proc/${entry}/stat`);
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  return [...parents.keys()]
    .filter(isBelow)
    .reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024, 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // the process ended meanwhile
  }
}

function median(key: "cloudReadyMs" | "firstPredictionMs" | "totalMs" | "peakMiB"): number {
  const sorted = results.map((result) => result[key]).sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
