import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, openConnection, type RequestShape, requestBytes } from "./connection.ts";
import type { Job } from "./generator.ts";
import { load, type Pinned } from "./pinned.ts";
import { type LoadResult, median, round } from "./samples.ts";

/** One thing that is measured beside others: a running process and the request that it answers. */
export interface Target {
  readonly name: string;
  readonly process: Pinned;
  readonly port: number;
  readonly request: RequestShape;
  /** From its start to its first good answer. */
  readonly readyMs: number;
}

export interface Plan {
  readonly repeats: number;
  readonly connections: number;
  readonly closedSeconds: number;
  readonly openSeconds: number;
  /** Requests a second; a target that cannot do a rate twice over in closed loop is spared it. */
  readonly openRates: readonly number[];
  /** At most before everything, so that what is compiled while it runs is compiled; and before each measurement, to fill caches again. */
  readonly warmUpSeconds: { readonly first: number; readonly each: number };
}

/** After so many V8 has compiled what it will; servers of Python do not get there in the time they have, and need not. */
const WARM_REQUESTS = 20_000;

export interface Run {
  readonly closed: LoadResult;
  /** Processor seconds of the target for 1,000 requests of the closed loop. */
  readonly cpuSecondsPer1000: number;
  readonly open: Readonly<Record<string, LoadResult>>;
}

/** Every target is measured `repeats` times; each round starts with the next one, so that none is always first or last. */
export async function measureRounds(
  targets: readonly Target[],
  plan: Plan,
  say: (line: string) => void,
): Promise<Map<Target, Run[]>> {
  const runs = new Map<Target, Run[]>(targets.map((target) => [target, []]));
  for (const { process, port, request, name } of targets) {
    process.resume();
    const { answered } = await load({
      kind: "closed",
      port,
      request,
      connections: plan.connections,
      seconds: plan.warmUpSeconds.first,
      requests: WARM_REQUESTS,
    });
    process.pause();
    say(`warmed up ${name}: ${answered} requests`);
  }
  for (let round = 0; round < plan.repeats; round++) {
    for (let at = 0; at < targets.length; at++) {
      const target = targets[(at + round) % targets.length];
      if (target === undefined) continue;
      const run = await measureOnce(target, plan);
      runs.get(target)?.push(run);
      say(`${round + 1}/${plan.repeats} ${target.name}: ${run.closed.perSecond}/s`);
    }
  }
  return runs;
}

async function measureOnce({ process, port, request }: Target, plan: Plan): Promise<Run> {
  // The others are stopped, so that their threads and timers take nothing of the core.
  process.resume();
  const job = (part: Pick<Job, "kind" | "seconds"> & { rate?: number; connections?: number }) =>
    load({ port, request, ...part } as Job);
  await job({ kind: "closed", connections: plan.connections, seconds: plan.warmUpSeconds.each });
  const before = process.cpuSeconds();
  const closed = await job({ kind: "closed", connections: plan.connections, seconds: plan.closedSeconds });
  const cpu = process.cpuSeconds() - before;
  const open: Record<string, LoadResult> = {};
  for (const rate of plan.openRates)
    if (rate * 2 <= closed.perSecond) open[rate] = await job({ kind: "open", rate, seconds: plan.openSeconds });
  process.pause();
  return { closed, cpuSecondsPer1000: round((cpu / Math.max(1, closed.answered)) * 1000, 4), open };
}

/** The medians that a table shows. */
export function summary(runs: readonly Run[], rates: readonly number[]) {
  const over = (read: (run: Run) => number | undefined) => {
    const values = runs.map(read).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : round(median(values), 3);
  };
  return {
    perSecond: over(({ closed }) => closed.perSecond) ?? 0,
    closedP50Ms: over(({ closed }) => closed.latencyMs.p50) ?? 0,
    closedP99Ms: over(({ closed }) => closed.latencyMs.p99) ?? 0,
    cpuSecondsPer1000: round(median(runs.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000)), 4),
    bad: runs.reduce(
      (sum, { closed, open }) =>
        sum + [closed, ...Object.values(open)].reduce((all, one) => all + one.failed + one.lost + one.unanswered, 0),
      0,
    ),
    open: Object.fromEntries(
      rates.map((rate) => [
        rate,
        {
          p50Ms: over(({ open }) => open[rate]?.latencyMs.p50),
          p99Ms: over(({ open }) => open[rate]?.latencyMs.p99),
          p999Ms: over(({ open }) => open[rate]?.latencyMs.p999),
        },
      ]),
    ),
  };
}

const READY_LIMIT_MS = 60_000;
const ANSWER_LIMIT_MS = 5_000;

/** Asks until the answer is good. @throws when the process ends or takes too long, with its last words */
export async function untilReady(process: Pinned, port: number, request: RequestShape): Promise<Answer> {
  const bytes = requestBytes(request);
  for (const end = performance.now() + READY_LIMIT_MS; performance.now() < end && process.running(); await sleep(10)) {
    const connection = openConnection(port);
    const answer = await Promise.race([
      new Promise<Answer | undefined>((resolve) => connection.send(bytes, resolve)),
      sleep(ANSWER_LIMIT_MS, undefined, { ref: false }),
    ]);
    connection.close();
    if (answer !== undefined && answer.status >= 200 && answer.status <= 299) return answer;
  }
  throw new Error(process.output().trim().split("\n").at(-1) ?? "it did not become ready");
}
