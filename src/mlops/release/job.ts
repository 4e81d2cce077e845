import {
  type Documents,
  type Endpoint,
  findDeployment,
  findEndpoint,
  type ModelVersion,
  putDeployment,
  type Workspace,
} from "../../arm/index.ts";
import type { PipelineContext } from "../context.ts";
import type { ModelPlan } from "../plan.ts";
import { openScoring, type Scoring } from "../score.ts";
import { DEFINITION_TAG, type Definition, defineDeployment, taggedFor } from "./definition.ts";
import { becomesReady, clearSlot, smokeTest } from "./deploy.ts";
import type { Journal } from "./history.ts";
import type { LoadFigures } from "./load.ts";
import type { ReleaseLock } from "./lock.ts";
import type { Candidate } from "./serving.ts";
import type { TrafficControl } from "./traffic.ts";

/** One release at work: what it moves, and what it writes down. */
export interface Job {
  readonly workspace: Workspace;
  readonly plan: ModelPlan;
  readonly model: ModelVersion;
  readonly context: PipelineContext;
  readonly endpoint: Endpoint;
  readonly documents: Documents;
  readonly lock: ReleaseLock;
  readonly journal: Journal;
  readonly traffic: TrafficControl;
  /** Where the model goes. */
  readonly slot: string;
  /** What an earlier controller of this release left. */
  readonly resumed: Candidate | undefined;
}

/** With a version that serves already. */
export interface Replacement extends Job {
  readonly stable: string;
  readonly stableModel: { readonly name: string; readonly version: string } | undefined;
}

/** Throws when the endpoint is no longer this release's. */
export async function hold({ lock, traffic, context }: Job): Promise<void> {
  lock.check();
  await traffic.check(context.signal);
}

export async function deploy(job: Job): Promise<void> {
  const { workspace, plan, endpoint, slot, model, journal, context, resumed } = job;
  const definition = await defineDeployment(workspace, plan, endpoint, slot, model, context);
  if (resumed !== undefined && (await isKept(job, resumed, definition))) return;
  await clearSlot(workspace, endpoint, slot, context);
  await putDeployment(workspace, endpoint.name, slot, taggedFor(definition, journal.release), context.signal);
}

/** Whether what an earlier controller deployed serves this release: not when it failed, or was made from another file. */
async function isKept(
  { workspace, endpoint, slot, context, plan }: Job,
  { percent }: Candidate,
  { hash }: Definition,
): Promise<boolean> {
  const found = await findDeployment(workspace, endpoint.name, slot, context.signal);
  const isEdited = found?.tags[DEFINITION_TAG] !== hash;
  const note = (what: string) =>
    context.reporter.emit("note", { message: `${plan.release.deployment} was edited since; ${what}` });
  if (percent > 0) {
    if (isEdited) note(`${slot} serves users and stays as it was deployed`);
    return true;
  }
  if (isEdited) note(`${slot} is deployed anew`);
  return !isEdited && (await becomesReady(workspace, endpoint, slot, context));
}

export async function smoke({ workspace, endpoint, slot, plan, context }: Job): Promise<Scoring> {
  const scoring = await openScoring(workspace, endpoint, context.signal);
  await smokeTest(scoring, slot, plan.sampleRequests, plan.release.rollout.smoke.requests, context.signal);
  return scoring;
}

export async function start({ journal, model, slot, plan, context, resumed }: Job, stable: string | undefined): Promise<void> {
  const { strategy, verdict } = plan.release.rollout;
  const named = { name: model.name, version: model.version };
  const replaces = stable === undefined ? {} : { replaces: stable };
  const entry = { model: named, deployment: slot, ...replaces, strategy, verdict, resumed: resumed !== undefined };
  await journal.append("started", entry, context.signal);
}

export async function end({ journal }: Job, outcome: Ending, reason: string, load?: LoadFigures): Promise<void> {
  const figures = load === undefined ? {} : { requests: load.sent, failed: load.failed };
  await journal.append("ended", { outcome, reason, ...figures });
}

export type Ending = "promoted" | "rolled-back" | "undecided" | "abandoned";

export async function readEndpoint({ workspace, endpoint, context }: Job): Promise<Endpoint> {
  return (await findEndpoint(workspace, endpoint.name, context.signal)) ?? endpoint;
}

export function warnNotSettled({ endpoint, context }: Job, cause: unknown): void {
  const message = `endpoint ${endpoint.name} could not be told that its release has ended: ${textOf(cause)}`;
  context.reporter.emit("warning", { code: "mlops.end-not-written", message });
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
