import { VerificationError } from "../../report/index.ts";
import type { RolloutPlan } from "../files/rollout.ts";
import type { Pair } from "./collector.ts";
import type { Load } from "./load.ts";
import type { Climb } from "./rollout.ts";

const LOAD_REPORT_MS = 500;

/** Each step lasts `holdSeconds`; whatever the stable version does, the candidate has to stay within its limits. */
export async function climbByLimits({ plan, pair, positions, position, load, share, check, context }: Climb): Promise<void> {
  const { holdSeconds = 0, limits = { errorRate: 0, p99Ms: 0 } } = plan;
  for (const percent of positions.slice(position)) {
    await share(percent);
    load.mark();
    for (let waited = 0; waited < holdSeconds * 1000; waited += LOAD_REPORT_MS) {
      await context.clock.sleep(Math.min(LOAD_REPORT_MS, holdSeconds * 1000 - waited), context.signal);
      context.reporter.emit("load.progress", load.total());
    }
    await check();
    const broken = brokenLimit(load, pair, limits);
    if (broken !== undefined)
      throw new VerificationError(`release stopped at ${percent} %: ${broken}`, [broken], { code: "mlops.release-rolled-back" });
  }
}

/** The candidate's own answers decide where it can be told apart; requests that nobody answered count for it, too. */
function brokenLimit(load: Load, { candidate }: Pair, limits: NonNullable<RolloutPlan["limits"]>): string | undefined {
  const { byDeployment } = load.window();
  const own = byDeployment[candidate];
  const lost = byDeployment[""]?.failed ?? 0;
  if (own === undefined || own.sent === 0) return `${candidate} answered no request`;
  const errorRate = (own.failed + lost) / (own.sent + lost);
  if (errorRate > limits.errorRate)
    return `${candidate} failed ${own.failed + lost} of ${own.sent + lost} requests, allowed share ${limits.errorRate}`;
  if (own.p99Ms > limits.p99Ms) return `${candidate} has p99 ${own.p99Ms.toFixed(1)} ms, allowed ${limits.p99Ms} ms`;
  return undefined;
}
