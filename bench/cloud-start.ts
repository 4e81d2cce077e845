/**
 * Time until the embedded Azure answers, as a fresh process on a fresh folder and on one that was used before, and the processor time
 * that it and its starter take for it. `npm run bench:cloud-start -- [runs]`; ends with 1 when a start takes more than 500 ms. Where others
 * use the machine, that is asked of the processor time: a start that waits for nothing takes as long by itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { enableCompileCache, getCompileCacheDir } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRehearsal } from "../src/cli/rehearsal.ts";
import { stateFolder } from "../src/cli/state.ts";
import { atMost, judge } from "./goals.ts";
import { cpuSecondsOf } from "./load/proc.ts";
import { isShared } from "./load/publish.ts";
import { median, round } from "./load/samples.ts";

const GOAL_MS = 500;

// As the command line does: compiled code is kept between runs, also for the process that is started here.
enableCompileCache();
process.env.NODE_COMPILE_CACHE ??= getCompileCacheDir();

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
}

const shared = isShared();
const runs = Number(process.argv[2] ?? 10);
const fresh: Start[] = [];
const again: Start[] = [];
for (let run = 0; run < runs; run++) {
  const folder = mkdtempSync(join(tmpdir(), "quayside-bench-"));
  for (const starts of [fresh, again]) starts.push(await start(folder));
  rmSync(folder, { recursive: true, force: true });
}
const of = (starts: readonly Start[], key: keyof Start) => round(median(starts.map((one) => one[key])), 0);
const [freshMedian, againMedian] = [fresh, again].map((starts) => ({ ms: of(starts, "ms"), cpuMs: of(starts, "cpuMs") }));
console.log(JSON.stringify({ runs, shared, freshMedian, againMedian }));
const [key, what] = shared
  ? (["cpuMs", "processor time (others use the machine) of a start"] as const)
  : (["ms", "a start"] as const);
judge([
  atMost(`${what} on a fresh folder`, GOAL_MS, "ms", of(fresh, key)),
  atMost(`${what} on one that was used before`, GOAL_MS, "ms", of(again, key)),
]);

async function start(folder: string): Promise<Start> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const rehearsal = await openRehearsal(stateFolder(folder, folder));
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000 + cpuSecondsOf(rehearsal.cloud.pid) * 1000;
  await rehearsal.close();
  return { ms, cpuMs };
}
