import type { Endpoint } from "../../arm/index.ts";
import { EXIT, QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import type { ModelPlan } from "../plan.ts";
import type { Scoring } from "../score.ts";
import type { Arm } from "../statistics/two-rates.ts";
import type { Pair } from "./collector.ts";
import { createRouterEvidence, errorsOf } from "./router-evidence.ts";
import { fetchRouterMetrics } from "./router-metrics.ts";
import { ownRate, type SourceOptions } from "./source.ts";

/** What users send, and how the stable version answered before the release, where the endpoint's router tells. */
export interface Users extends Omit<SourceOptions, "collector" | "load"> {
  readonly past?: Arm | undefined;
}

export interface UsersOptions {
  readonly plan: ModelPlan;
  readonly endpoint: Endpoint;
  readonly pair: Pair;
  readonly scoring: Scoring;
  readonly context: PipelineContext;
}

export async function openUsers({ plan: { release }, endpoint, pair, scoring, context }: UsersOptions): Promise<Users> {
  const { load, evidence } = release.rollout;
  const { clock, signal, reporter } = context;
  const { requestsPerSecond, send } = load;
  const needsOwn = evidence.quality !== undefined && evidence.quality.collected === undefined;
  const alone: Users = { requestsPerSecond, send, users: 0, needsOwn, copiesAll: false };
  if (send === "always") return alone;
  if (endpoint.properties["quayside.sticky"] !== undefined) {
    refuseOrNote(WHY.sticky);
    return alone;
  }
  const read = () => fetchRouterMetrics(scoring.url, endpoint.name, signal);
  const stable = (await read())?.deployments.get(pair.stable);
  const router = createRouterEvidence({ read, pair, slow: evidence.latency, now: () => performance.now() });
  await router.take();
  await clock.sleep(Math.min(evidence.checkSeconds, MEASURE_SECONDS) * 1000, signal);
  const users = (await router.take())?.requestsPerSecond;
  if (users === undefined) {
    refuseOrNote(WHY.silent);
    return alone;
  }
  // The candidate's answers to the router's copies are known to nobody who could judge their quality.
  const found: Users = { ...alone, users, router, copiesAll: !needsOwn, past: stable && errorsOf(stable) };
  reporter.emit("note", {
    message: `users send about ${round(users)} requests/s; the release adds ${round(ownRate(found, undefined))} of its own`,
  });
  return found;

  /** Without users the evidence is our own requests, unless none may be sent. */
  function refuseOrNote(why: string): void {
    const message = `the router of endpoint ${endpoint.name} ${why}`;
    if (send === "never")
      throw new QuaysideError(`${message}, so users' requests are no evidence`, {
        code: "mlops.no-user-evidence",
        fault: "user",
        exitCode: EXIT.diagnostics,
        hint: "let the release send requests: rollout.load.send: missing",
      });
    reporter.emit("note", { message: `${message}; the evidence is about the release's own requests` });
  }
}

const WHY = {
  silent: "shows no counters",
  sticky: "keeps a caller's requests with one version, which makes them less than independent",
} as const;

/** Long enough to tell whether anybody is there; the rate is corrected with each look. */
const MEASURE_SECONDS = 5;

function round(rate: number): number {
  return Number(rate.toPrecision(2));
}
