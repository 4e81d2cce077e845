import { resolve } from "node:path";
import { type Endpoint, type ModelVersion, openStoredFiles, type Workspace } from "../../arm/index.ts";
import type { Events } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import type { RolloutPlan } from "../files/rollout.ts";
import type { ModelPlan } from "../plan.ts";
import { type Scoring, scoringHeaders } from "../score.ts";
import { carriedOver, type Kept, type Left } from "./carry-over.ts";
import { collectedAnswers } from "./collected-answers.ts";
import { type Collector, createCollector, type Pair } from "./collector.ts";
import { abandonAll, stopAll } from "./ending.ts";
import { climbByLimits } from "./fixed.ts";
import { textOf } from "./job.ts";
import { readLabels } from "./labels.ts";
import { type Load, type LoadFigures, startLoad } from "./load.ts";
import { localFiles } from "./local-files.ts";
import { type Mirror, startMirror } from "./mirror.ts";
import { createQuality } from "./quality.ts";
import { calibrationOf } from "./read-calibration.ts";
import { rulesOf } from "./rules.ts";
import { sampleTruth } from "./sample-truth.ts";
import { climbByEvidence } from "./sequential.ts";
import { createSource } from "./source.ts";
import { openUsers } from "./users.ts";

/** What both ways to climb the ladder of shares work with. */
export interface Climb {
  readonly plan: RolloutPlan;
  readonly endpoint: string;
  readonly pair: Pair;
  readonly positions: readonly number[];
  /** Where to begin. */
  readonly position: number;
  readonly load: Load;
  readonly context: PipelineContext;
  /** Gives the candidate this percentage. */
  readonly share: (percent: number) => Promise<void>;
  /** Throws when the endpoint is no longer this release's. */
  readonly check: () => Promise<void>;
  /** Writes the state of the evidence into the history. */
  readonly record: (evidence: Pick<Events["release.evidence"], "percent" | "seconds" | "metrics">, kept: Kept) => Promise<void>;
  /** Shows it to whoever watches, and keeps it for whoever goes on after a crash; waits for nothing. */
  readonly show: (evidence: Events["release.evidence"], kept: Kept) => void;
}

export interface Rollout {
  readonly workspace: Workspace;
  readonly plan: ModelPlan;
  readonly endpoint: Endpoint;
  readonly pair: Pair;
  readonly models: Readonly<Record<keyof Pair, ModelVersion>>;
  readonly scoring: Scoring;
  readonly context: PipelineContext;
  /** The candidate's share when an earlier controller is followed. */
  readonly from?: { readonly percent: number; readonly left: Left | undefined };
  /** When the release began, in milliseconds since the epoch; also when an earlier controller began it. */
  readonly since: number;
  /** `isMirrored`: the endpoint's router gives the candidate a copy of every request. */
  readonly share: (percent: number, isMirrored: boolean) => Promise<void>;
  readonly check: Climb["check"];
  readonly record: Climb["record"];
  readonly show: Climb["show"];
}

/** Moves the traffic under the plan's load until the candidate has all of it, or throws why it must not. */
export async function rollOut(rollout: Rollout): Promise<LoadFigures> {
  const { plan: files, pair, scoring, context, endpoint } = rollout;
  const plan = files.release.rollout;
  const quality = await openQuality(rollout);
  const collector = createCollector({
    pair,
    slow: plan.evidence.latency,
    requestsPerSecond: plan.load.requestsPerSecond,
    quality,
  });
  // Before our own requests begin, which the router would count, too.
  const users = plan.verdict === "fixed" ? undefined : await openUsers(rollout);
  const rules = rulesOf(plan, users?.past);
  const before = carriedOver(rollout.from?.left, rules);
  const traffic = { url: scoring.url, bodies: files.sampleRequests };
  const isMirrored = users?.copiesAll === true;
  const mirror = rules.positions[0] === 0 && !isMirrored ? openMirror(rollout, collector) : undefined;
  let copies = mirror !== undefined;
  const load = startLoad({
    ...traffic,
    ...plan.load,
    headers: scoringHeaders(scoring),
    onOutcome: (outcome) => {
      collector.live(outcome);
      if (copies && outcome.deployment === pair.stable) mirror?.offer(outcome);
    },
  });
  const climb: Climb = {
    plan,
    endpoint: endpoint.name,
    pair,
    positions: rules.positions,
    position: positionAt(rules.positions, rollout.from?.percent),
    load,
    context,
    share: async (percent) => {
      copies = percent === 0;
      await rollout.share(percent, percent === 0 && isMirrored);
    },
    check: rollout.check,
    record: rollout.record,
    show: rollout.show,
  };
  try {
    if (users === undefined) await climbByLimits(climb);
    else await climbByEvidence({ ...climb, rules, before, source: createSource({ collector, load, ...users }) });
  } catch (error) {
    // Users wait for the way back; answers that are still under way count no more.
    await abandonAll(load, mirror);
    throw error;
  }
  if (mirror !== undefined && mirror.dropped > 0)
    context.reporter.emit("note", {
      message: `${mirror.dropped} copies were dropped because ${pair.candidate} did not keep up`,
    });
  return stopAll(load, mirror);
}

/** The step at or below the share that the endpoint shows. */
function positionAt(positions: readonly number[], percent: number | undefined): number {
  return percent === undefined
    ? 0
    : Math.max(
        0,
        positions.findLastIndex((position) => position <= percent),
      );
}

async function openQuality({ workspace, plan, endpoint, pair, models, context, since }: Rollout) {
  const wanted = plan.release.rollout.evidence.quality;
  if (wanted === undefined) return undefined;
  const { clock, reporter, signal } = context;
  const at = <T>(path: string | undefined, open: (path: string) => T) =>
    path === undefined ? undefined : open(resolve(plan.folder, path));
  const filesAt = async (place: string) =>
    place.includes("://") ? await openStoredFiles(workspace, place, signal) : localFiles(resolve(plan.folder, place));
  return createQuality({
    samples: await at(wanted.truth, (file) => sampleTruth(file, reporter)),
    labels: at(wanted.labels, (file) => readLabels(file, reporter)),
    collected:
      wanted.collected === undefined
        ? undefined
        : collectedAnswers({
            files: await filesAt(wanted.collected),
            endpoint: endpoint.name,
            pair,
            since,
            now: () => clock.now(),
            failed: (cause) =>
              reporter.emit("warning", {
                code: "mlops.answers-not-read",
                message: `what was collected of ${endpoint.name} could not be read: ${textOf(cause)}`,
              }),
          }),
    calibrated: wanted.estimate
      ? {
          stable: await calibrationOf(workspace, models.stable.uri, signal),
          candidate: await calibrationOf(workspace, models.candidate.uri, signal),
        }
      : undefined,
  });
}

function openMirror({ plan, pair, scoring }: Rollout, collector: Collector): Mirror {
  return startMirror({
    url: scoring.url,
    headers: scoringHeaders(scoring, pair.candidate),
    bodies: plan.sampleRequests,
    onPair: (mirrored) => collector.mirrored(mirrored),
  });
}
