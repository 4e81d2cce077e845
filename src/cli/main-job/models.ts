import { randomBytes } from "node:crypto";
import { type ModelVersion, openWorkspace, type Workspace } from "../../arm/index.ts";
import { openScoring, type ReleaseResult, release, score, trainCandidate } from "../../mlops/index.ts";
import { step } from "../../report/index.ts";
import { releaseOwner } from "../release-owner.ts";
import { elapsed, type Job, operations } from "./job.ts";

export interface Released {
  readonly models: readonly (ModelVersion & { readonly job: string; readonly metrics: Readonly<Record<string, number>> })[];
  /** The last of them, and its release. */
  readonly served: Released["models"][number];
  readonly last: ReleaseResult;
  readonly firstPredictionMs: number;
}

/** Trains, gates and releases every candidate of the plan, one after the other. */
export async function releaseModels(job: Job, workspaceName: string): Promise<Released> {
  const { bench, session, plan, resourceGroup } = job;
  const workspace = await openWorkspace(session.client, resourceGroup, workspaceName, bench.signal);
  const pipeline = { ...operations(session, bench), newId: () => randomBytes(4).toString("hex") };
  const models: Released["models"][number][] = [];
  let firstPredictionMs: number | undefined;
  let last: ReleaseResult | undefined;
  for (const candidate of plan.release.candidates) {
    const { model, training } = await trainCandidate(workspace, plan, candidate, pipeline);
    models.push({ ...model, job: training.job, metrics: training.run.metrics });
    last = await step(
      bench.renderer,
      { step: "release", title: `release ${model.name}:${model.version}` },
      () => release(workspace, plan, model, pipeline, { owner: releaseOwner() }),
      releaseSummary,
    );
    if (firstPredictionMs === undefined) {
      await firstPrediction(workspace, job, last);
      firstPredictionMs = elapsed();
    }
  }
  const served = models.at(-1);
  if (last === undefined || served === undefined || firstPredictionMs === undefined)
    throw new Error("a release plan has at least one candidate");
  return { models, served, last, firstPredictionMs };
}

async function firstPrediction(workspace: Workspace, { plan, bench }: Job, { endpoint }: ReleaseResult): Promise<void> {
  const scoring = await openScoring(workspace, endpoint, bench.signal);
  const answer = await score(scoring, plan.sampleRequests[0] ?? "{}", undefined, bench.signal);
  bench.renderer.emit("note", { message: `first prediction from ${answer.deployment}: ${answer.body.slice(0, 120)}` });
}

function releaseSummary({ deployment, load }: ReleaseResult): string {
  return load === undefined
    ? `${deployment} takes all traffic`
    : `${deployment} takes all traffic; ${load.sent} requests, ${load.failed} failed`;
}
