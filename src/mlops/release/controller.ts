import {
  type Documents,
  type Endpoint,
  type EndpointDeployment,
  findEndpoint,
  findModel,
  listDeployments,
  type ModelVersion,
  openDocuments,
  type Workspace,
} from "../../arm/index.ts";
import { QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import type { ModelPlan } from "../plan.ts";
import { openScoring } from "../score.ts";
import { clearSlot, deployModel, ensureEndpoint, smokeTest } from "./deploy.ts";
import { type Journal, lastEvidence, newReleaseId, openJournal } from "./history.ts";
import { livePage } from "./live.ts";
import type { LoadFigures } from "./load.ts";
import { LockLost, lockEndpoint, type ReleaseLock } from "./lock.ts";
import { rollOut } from "./rollout.ts";
import { Undecided } from "./sequential.ts";
import { modelsOf, readServing, type Serving } from "./serving.ts";
import { controlTraffic, TrafficChanged, type TrafficControl } from "./traffic.ts";
import type { VerdictState } from "./verdict.ts";

/** The two places that versions take in turn; the first one is the recipe's. */
const SLOTS = ["blue", "green"] as const;

export interface ReleaseResult {
  readonly endpoint: Endpoint;
  /** The deployment that now takes all traffic. */
  readonly deployment: string;
  /** What the load saw while traffic moved; a first release has none. */
  readonly load?: LoadFigures;
}

export interface ReleaseOptions {
  /** Named to others who want to release meanwhile. */
  readonly owner: string;
  /** Break the lock of whoever holds it. */
  readonly takeOver?: boolean;
}

/**
 * Puts a model version before users. The first one gets all traffic once it answers its smoke test; a later one is
 * deployed beside the stable one and given traffic as the plan says. When it does not do as well, all traffic returns to
 * the stable deployment, which stayed warm, and a `VerificationError` tells why. A release that was cut short goes on
 * from the traffic that the endpoint shows.
 */
export async function release(
  workspace: Workspace,
  plan: ModelPlan,
  model: ModelVersion,
  context: PipelineContext,
  options: ReleaseOptions,
): Promise<ReleaseResult> {
  const endpoint = await ensureEndpoint(workspace, plan, context);
  const documents = await openDocuments(workspace, context.signal);
  await using lock = await lockEndpoint(documents, endpoint.name, options.owner, {
    takeOver: options.takeOver === true,
    since: new Date(context.clock.now()).toISOString(),
    signal: context.signal,
  });
  const found = await listDeployments(workspace, endpoint.name, context.signal);
  // Read again under the lock: whoever had it before may have moved the traffic.
  const current = (await findEndpoint(workspace, endpoint.name, context.signal)) ?? endpoint;
  const serving = readServing(endpoint.name, current.traffic, found);
  const { candidate } = serving;
  const resumes = candidate !== undefined && holds(found, candidate.name, model);
  const id = resumes ? candidate.release : newReleaseId(context.clock.now(), context.newId());
  const journal = openJournal(documents, endpoint.name, id, context);
  const slot = resumes ? candidate.name : (SLOTS.find((name) => name !== serving.stable) ?? SLOTS[0]);
  const models = { ...modelsOf(found), [slot]: { name: model.name, version: model.version } };
  const traffic = controlTraffic(workspace, endpoint.name, current.traffic, journal, models, context);
  const job: Job = { workspace, plan, model, context, endpoint: current, documents, lock, journal, traffic, slot };
  // Awaited here, or the lock would be let go at once.
  if (serving.stable === undefined) return await first(job);
  const replaces = { ...job, stable: serving.stable, stableModel: models[serving.stable] };
  if (candidate !== undefined && !resumes) {
    context.reporter.emit("note", {
      message: `${candidate.name} was left at ${candidate.percent} % by a release that did not end; ${serving.stable} takes all traffic again`,
    });
    await traffic.set({ [serving.stable]: 100 });
  }
  return await next(replaces, resumes ? candidate : undefined);
}

interface Job {
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
}

interface Replacement extends Job {
  readonly stable: string;
  readonly stableModel: { readonly name: string; readonly version: string } | undefined;
}

/** Nobody is served yet, so the smoke test decides alone. */
async function first(job: Job): Promise<ReleaseResult> {
  const { context, slot, traffic } = job;
  await start(job, undefined);
  try {
    await deploy(job);
    await smoke(job);
    const endpoint = await traffic.set({ [slot]: 100 }, context.signal);
    await end(job, "promoted", "the first version");
    return { endpoint, deployment: slot };
  } catch (error) {
    await end(job, "rolled-back", textOf(error));
    throw error;
  }
}

async function next(job: Replacement, resumed: Serving["candidate"]): Promise<ReleaseResult> {
  const { context, workspace, endpoint, slot, stable, plan, model, traffic, journal } = job;
  const live = livePage(job.documents, endpoint.name, journal, context);
  await start(job, stable, resumed !== undefined);
  let load: LoadFigures;
  try {
    if (resumed === undefined) await deploy(job);
    else
      context.reporter.emit("note", { message: `going on with ${slot} at ${resumed.percent} %, where a release was cut short` });
    const scoring = await smoke(job);
    const stableModel =
      job.stableModel && (await findModel(workspace, job.stableModel.name, job.stableModel.version, context.signal));
    load = await rollOut({
      workspace,
      plan,
      endpoint,
      pair: { stable, candidate: slot },
      models: { stable: stableModel ?? model, candidate: model },
      scoring,
      context,
      ...(resumed === undefined ? {} : { from: { percent: resumed.percent, state: await stateOf(job, resumed.release) } }),
      share: async (percent) => {
        await hold(job);
        await traffic.set(
          percent === 0 ? { [stable]: 100 } : percent === 100 ? { [slot]: 100 } : { [stable]: 100 - percent, [slot]: percent },
          context.signal,
        );
      },
      check: () => hold(job),
      record: (evidence, state) => journal.append("evidence", { ...evidence, state }, context.signal),
      show: (evidence) => live.show(evidence),
    });
  } catch (error) {
    await goBack(job, error);
    throw error;
  } finally {
    await live.clear();
  }
  // From here on the candidate serves: nothing below may take it back.
  await end(job, "promoted", "as good as the stable version", load);
  return { endpoint: (await findEndpoint(workspace, endpoint.name, context.signal)) ?? endpoint, deployment: slot, load };
}

/** Whatever went wrong, users get the version that worked; also when this pipeline is being interrupted. */
async function goBack(job: Replacement, error: unknown): Promise<void> {
  const { context, endpoint, stable, traffic, plan } = job;
  if (error instanceof LockLost || error instanceof TrafficChanged) return end(job, "abandoned", textOf(error));
  const isUndecided = error instanceof Undecided;
  if (!(isUndecided && plan.release.rollout.evidence.undecided === "hold")) {
    await traffic.restore(stable).catch((cause: unknown) => {
      throw new QuaysideError(
        `endpoint ${endpoint.name} could not be given back to ${stable}: ${textOf(cause)}; the release had stopped because: ${textOf(error)}`,
        { code: "mlops.rollback-failed", fault: "azure", hint: "give it back by hand: quayside model rollback", cause: error },
      );
    });
    context.reporter.emit("release.rolled-back", { endpoint: endpoint.name, reason: textOf(error) });
  }
  await end(job, isUndecided ? "undecided" : "rolled-back", textOf(error));
}

async function hold({ lock, traffic, context }: Job): Promise<void> {
  lock.check();
  await traffic.check(context.signal);
}

async function deploy({ workspace, plan, endpoint, slot, model, journal, context }: Job): Promise<void> {
  await clearSlot(workspace, endpoint, slot, context);
  await deployModel(workspace, plan, endpoint, slot, model, journal.release, context);
}

async function smoke({ workspace, endpoint, slot, plan, context }: Job) {
  const scoring = await openScoring(workspace, endpoint, context.signal);
  await smokeTest(scoring, slot, plan.sampleRequests, plan.release.rollout.smoke.requests, context.signal);
  return scoring;
}

async function start({ journal, model, slot, plan, context }: Job, stable: string | undefined, resumed = false): Promise<void> {
  const { strategy, verdict } = plan.release.rollout;
  const named = { name: model.name, version: model.version };
  const replaces = stable === undefined ? {} : { replaces: stable };
  await journal.append("started", { model: named, deployment: slot, ...replaces, strategy, verdict, resumed }, context.signal);
}

async function end({ journal }: Job, outcome: Ending, reason: string, load?: LoadFigures): Promise<void> {
  const figures = load === undefined ? {} : { requests: load.sent, failed: load.failed };
  await journal.append("ended", { outcome, reason, ...figures });
}

type Ending = "promoted" | "rolled-back" | "undecided" | "abandoned";

async function stateOf({ documents, endpoint, context }: Job, releaseId: string): Promise<VerdictState | undefined> {
  return (await lastEvidence(documents, endpoint.name, releaseId, context.signal))?.state;
}

function holds(deployments: readonly EndpointDeployment[], name: string, model: ModelVersion): boolean {
  const held = deployments.find((deployment) => deployment.name === name)?.model ?? "";
  return held.toLowerCase() === model.id.toLowerCase();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
