/**
 * The main job as a user starts it, several times in fresh folders: time to the first prediction, time in all, and the
 * peak memory of all its processes together. `npm run bench:main-job -- [runs]`; ends with 1 when the median run takes more than 20 s to
 * its first prediction, 60 s in all or 1.5 GiB, or when any loses a request. These leave room enough for a machine that others use;
 * how soon the embedded Azure answers is `bench:cloud-start`'s to judge.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atMost, judge } from "./goals.ts";
import { processTree, residentMiBOf } from "./load/proc.ts";
import { median, round } from "./load/samples.ts";

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
const of = (key: "cloudReadyMs" | "firstPredictionMs" | "totalMs" | "peakMiB") =>
  round(median(results.map((result) => result[key])), 0);
const medians = {
  cloudReadyMs: of("cloudReadyMs"),
  firstPredictionMs: of("firstPredictionMs"),
  totalMs: of("totalMs"),
  peakMiB: of("peakMiB"),
};
console.log(JSON.stringify({ runs: results, median: medians }, null, 2));
judge([
  atMost("first prediction after", 20, "s", medians.firstPredictionMs / 1000),
  atMost("the whole job in", 60, "s", medians.totalMs / 1000),
  atMost("memory of all processes", 1.5, "GiB", medians.peakMiB / 1024),
  atMost(
    "lost requests of all runs",
    0,
    "requests",
    results.reduce((sum, { requests }) => sum + requests.failed, 0),
  ),
]);

async function measure(state: string): Promise<Measured> {
  const main = join(import.meta.dirname, "..", "src", "cli", "main.ts");
  const child = spawn(process.execPath, [main, "up", "--state", state, "--json"], {
    cwd: join(import.meta.dirname, ".."),
    stdio: "ignore",
  });
  let peakMiB = 0;
  const sampler = setInterval(() => {
    const now = child.pid === undefined ? [] : processTree(child.pid).map(residentMiBOf);
    peakMiB = Math.max(
      peakMiB,
      now.reduce((sum, one) => sum + one, 0),
    );
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`the main job ended with ${code}`);
  const summary = JSON.parse(readFileSync(join(state, "last-run.json"), "utf8")) as {
    durations: Omit<Measured, "peakMiB" | "requests">;
    requests: Measured["requests"];
  };
  const { cloudReadyMs, firstPredictionMs, totalMs } = summary.durations;
  return { cloudReadyMs, firstPredictionMs, totalMs, peakMiB, requests: summary.requests };
}
