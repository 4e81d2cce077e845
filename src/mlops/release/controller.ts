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
import { ensureEndpoint } from "./deploy.ts";
import { lacksEnd, newReleaseId, openJournal, startOf } from "./history.ts";
import { deploy, end, hold, type Job, type Replacement, readEndpoint, smoke, start, textOf, warnNotSettled } from "./job.ts";
import { lastKnown, livePage } from "./live.ts";
import type { LoadFigures } from "./load.ts";
import { LockLost, lockEndpoint } from "./lock.ts";
import { rollOut } from "./rollout.ts";
import { Undecided } from "./sequential.ts";
import { modelsOf, RELEASE_TAG, readServing } from "./serving.ts";
import { controlTraffic, TrafficChanged } from "./traffic.ts";

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
  const { stable, candidate } = readServing(current, found);
  const serves = found.find(({ name }) => name === stable);
  if (candidate === undefined && serves !== undefined && holds(serves, model)) {
    const finished = await finish(documents, current, serves, context);
    if (finished !== undefined) return finished;
  }
  const left = found.find(({ name }) => name === candidate?.name);
  const resumed = left !== undefined && holds(left, model) ? candidate : undefined;
  const id = resumed?.release ?? newReleaseId(context.clock.now(), context.newId());
  const journal = openJournal(documents, endpoint.name, id, context);
  const slot = resumed?.name ?? SLOTS.find((name) => name !== stable) ?? SLOTS[0];
  const models = { ...modelsOf(found), [slot]: { name: model.name, version: model.version } };
  const traffic = controlTraffic({ workspace, endpoint: current, candidate: slot, journal, models, context });
  const job: Job = { workspace, plan, model, context, endpoint: current, documents, lock, journal, traffic, slot, resumed };
  if (resumed !== undefined)
    context.reporter.emit("note", {
      message: `going on with ${slot} at ${resumed.percent} %, where a release was cut short`,
    });
  // Awaited here, or the lock would be let go at once.
  if (stable === undefined) return await first(job);
  if (candidate !== undefined && candidate.percent > 0 && resumed === undefined) {
    context.reporter.emit("note", {
      message: `${candidate.name} was left at ${candidate.percent} % by a release that did not end; ${stable} takes all traffic again`,
    });
    await traffic.set({ [stable]: 100 }, false);
  }
  return await next({ ...job, stable, stableModel: models[stable] });
}

/** The last words of a release whose controller crashed after its last change of traffic; `undefined` when they are said. */
async function finish(
  documents: Documents,
  endpoint: Endpoint,
  serves: EndpointDeployment,
  context: PipelineContext,
): Promise<ReleaseResult | undefined> {
  const id = serves.tags[RELEASE_TAG];
  if (id === undefined || !(await lacksEnd(documents, endpoint.name, id, context.signal))) return undefined;
  context.reporter.emit("note", { message: `${serves.name} has all traffic already from a release that was cut short` });
  await openJournal(documents, endpoint.name, id, context).append("ended", { outcome: "promoted", reason: "cut short after it" });
  return { endpoint, deployment: serves.name };
}

/** Nobody is served yet, so the smoke test decides alone. */
async function first(job: Job): Promise<ReleaseResult> {
  const { context, slot, traffic } = job;
  await start(job, undefined);
  try {
    await deploy(job);
    await smoke(job);
    await traffic.settle({ [slot]: 100 }, context.signal);
  } catch (error) {
    await traffic.settle({}).catch((cause: unknown) => warnNotSettled(job, cause));
    await end(job, "rolled-back", textOf(error));
    throw error;
  }
  await end(job, "promoted", "the first version");
  return { endpoint: await readEndpoint(job), deployment: slot };
}

async function next(job: Replacement): Promise<ReleaseResult> {
  const { context, workspace, endpoint, slot, stable, plan, model, traffic, journal, resumed } = job;
  const live = livePage(job.documents, endpoint.name, journal, plan.release.rollout.evidence.checkSeconds, context);
  await start(job, stable);
  let load: LoadFigures;
  try {
    await deploy(job);
    const scoring = await smoke(job);
    const stableModel =
      job.stableModel && (await findModel(workspace, job.stableModel.name, job.stableModel.version, context.signal));
    load = await rollOut({
      workspace,
      plan,
      endpoint,
      pair: { stable, candidate: slot },
      since: startOf(journal.release),
      models: { stable: stableModel ?? model, candidate: model },
      scoring,
      context,
      ...(resumed === undefined
        ? {}
        : {
            from: {
              percent: resumed.percent,
              left: await lastKnown(job.documents, endpoint.name, resumed.release, context.signal),
            },
          }),
      share: async (percent, isMirrored) => {
        await hold(job);
        if (percent === 100) await traffic.settle({ [slot]: 100 }, context.signal);
        else {
          const shares = percent === 0 ? { [stable]: 100 } : { [stable]: 100 - percent, [slot]: percent };
          await traffic.set(shares, isMirrored, context.signal);
        }
      },
      check: () => hold(job),
      record: (evidence, kept) => journal.append("evidence", { ...evidence, ...kept }, context.signal),
      show: (evidence, kept) => live.show(evidence, kept),
    });
  } catch (error) {
    await goBack(job, error);
    throw error;
  } finally {
    await live.clear();
  }
  // From here on the candidate serves: nothing below may take it back.
  await end(job, "promoted", "as good as the stable version", load);
  return { endpoint: await readEndpoint(job), deployment: slot, load };
}

/** Whatever went wrong, users get the version that worked; also when this pipeline is being interrupted. */
async function goBack(job: Replacement, error: unknown): Promise<void> {
  const { context, endpoint, stable, traffic, plan } = job;
  const taken = await takenFrom(job, error);
  if (taken !== undefined) return end(job, "abandoned", textOf(taken));
  const isUndecided = error instanceof Undecided;
  if (!(isUndecided && plan.release.rollout.evidence.undecided === "hold")) {
    await traffic.settle({ [stable]: 100 }).catch((cause: unknown) => {
      throw new QuaysideError(
        `endpoint ${endpoint.name} could not be given back to ${stable}: ${textOf(cause)}; the release had stopped because: ${textOf(error)}`,
        { code: "mlops.rollback-failed", fault: "azure", hint: "give it back by hand: quayside model rollback", cause: error },
      );
    });
    context.reporter.emit("release.rolled-back", { endpoint: endpoint.name, reason: textOf(error) });
  }
  await end(job, isUndecided ? "undecided" : "rolled-back", textOf(error));
}

/** Why the endpoint is somebody else's by now, if it is: whatever ended this release may have let others in meanwhile, as an expired lock does. */
async function takenFrom({ traffic }: Replacement, error: unknown): Promise<unknown> {
  if (error instanceof LockLost || error instanceof TrafficChanged) return error;
  return traffic.check().then(
    () => undefined,
    // Where nobody can be asked, the way back is tried all the same.
    (cause: unknown) => (cause instanceof TrafficChanged ? cause : undefined),
  );
}

function holds({ model: held }: EndpointDeployment, model: ModelVersion): boolean {
  return held.toLowerCase() === model.id.toLowerCase();
}
