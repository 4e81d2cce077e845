import {
  below,
  deleteDeployment,
  type Endpoint,
  type EndpointDeployment,
  findEndpoint,
  findModel,
  listDeployments,
  type ModelVersion,
  putDeployment,
  putEndpoint,
  setTraffic,
  type Traffic,
  type Workspace,
} from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";
import { EXIT, QuaysideError, VerificationError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";
import { resolveEnvironment } from "./environment.ts";
import { isoDuration, parseReference } from "./files/common.ts";
import { type Load, type LoadFigures, startLoad } from "./load.ts";
import type { ModelPlan } from "./plan.ts";
import { openScoring, type Scoring, score, scoringHeaders } from "./score.ts";

/** The two places that versions take in turn; the first one is the recipe's. */
const SLOTS = ["blue", "green"] as const;

export interface ReleaseResult {
  readonly endpoint: Endpoint;
  /** The deployment that now takes all traffic. */
  readonly deployment: string;
  /** What the load saw while traffic moved; a first release has none. */
  readonly load?: LoadFigures;
}

/** What serves now: the deployment with the most traffic and its model. */
export interface Champion {
  readonly deployment: string;
  readonly model: ModelVersion;
}

export async function findChampion(
  workspace: Workspace,
  endpointName: string,
  signal: AbortSignal,
): Promise<Champion | undefined> {
  const endpoint = await findEndpoint(workspace, endpointName, signal);
  const deployment = endpoint && mostTraffic(endpoint.traffic);
  if (deployment === undefined) return undefined;
  const found = (await listDeployments(workspace, endpointName, signal)).find(({ name }) => name === deployment);
  const [, name, version] = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(found?.model ?? "") ?? [];
  if (name === undefined || version === undefined) return undefined;
  const model = await findModel(workspace, name, version, signal);
  return model && { deployment, model };
}

/**
 * Puts a model version before users. The first one gets all traffic once it answers its smoke test; a later one is
 * deployed beside the stable one at 0 %, smoke-tested directly, and given traffic step by step under load. When a step
 * breaks the limits, all traffic returns to the stable deployment, which stayed warm, and a `VerificationError` tells why.
 */
export async function release(
  workspace: Workspace,
  plan: ModelPlan,
  model: ModelVersion,
  context: PipelineContext,
): Promise<ReleaseResult> {
  const bodies = plan.sampleRequests;
  const endpoint = await ensureEndpoint(workspace, plan, context);
  const stable = mostTraffic(endpoint.traffic);
  const slot = SLOTS.find((name) => name !== stable) ?? SLOTS[0];
  await clearSlot(workspace, endpoint, slot, context);
  await deployModel(workspace, plan, endpoint, slot, model, context);
  const scoring = await openScoring(workspace, endpoint, context.signal);
  await smokeTest(scoring, slot, bodies, plan.release.rollout.smoke.requests, context.signal).catch(async (error: unknown) => {
    context.reporter.emit("release.rolled-back", {
      endpoint: endpoint.name,
      reason: error instanceof Error ? error.message : String(error),
    });
    throw error;
  });
  if (stable === undefined)
    return { endpoint: await shift(workspace, endpoint.name, { [slot]: 100 }, context), deployment: slot };
  const load = await shiftUnderLoad(workspace, plan, endpoint, { stable, candidate: slot }, scoring, bodies, context);
  return { endpoint: (await findEndpoint(workspace, endpoint.name, context.signal)) ?? endpoint, deployment: slot, load };
}

/** Gives all traffic to the other deployment that is ready; needs neither the model's image nor the registry. */
export async function rollback(
  workspace: Workspace,
  endpointName: string,
  context: PipelineContext,
): Promise<{ readonly from: string; readonly to: string }> {
  const endpoint = await findEndpoint(workspace, endpointName, context.signal);
  if (endpoint === undefined)
    throw new QuaysideError(`endpoint ${endpointName} does not exist`, { code: "mlops.endpoint-not-found", fault: "user" });
  const from = mostTraffic(endpoint.traffic) ?? "nothing";
  const ready = (await listDeployments(workspace, endpointName, context.signal)).filter(
    ({ name, state }) => name !== from && state === "Succeeded",
  );
  const [to] = ready;
  if (to === undefined)
    throw new QuaysideError(`endpoint ${endpointName} has no other ready deployment to go back to`, {
      code: "mlops.nothing-to-roll-back-to",
      fault: "user",
    });
  await shift(workspace, endpointName, { [to.name]: 100 }, context);
  return { from, to: to.name };
}

async function ensureEndpoint(workspace: Workspace, plan: ModelPlan, context: PipelineContext): Promise<Endpoint> {
  const { value } = plan.endpoint;
  const existing = await findEndpoint(workspace, value.name, context.signal);
  if (existing?.state === "Succeeded") return existing;
  return putEndpoint(
    workspace,
    value.name,
    {
      location: workspace.location,
      identity: { type: "SystemAssigned" },
      kind: "Kubernetes",
      tags: value.tags,
      properties: {
        authMode: value.auth_mode === "key" ? "Key" : "AMLToken",
        compute: below(workspace, `computes/${parseReference(value.compute).name}`),
        ...(value.description === undefined ? {} : { description: value.description }),
        traffic: {},
      },
    },
    context.signal,
  );
}

/** The slot may hold the version before last, or what an interrupted release left; it has no traffic. */
async function clearSlot(workspace: Workspace, endpoint: Endpoint, slot: string, context: PipelineContext): Promise<void> {
  const deployments = await listDeployments(workspace, endpoint.name, context.signal);
  if (deployments.some(({ name }) => name === slot)) await deleteDeployment(workspace, endpoint.name, slot, context.signal);
}

async function deployModel(
  workspace: Workspace,
  plan: ModelPlan,
  endpoint: Endpoint,
  slot: string,
  model: ModelVersion,
  context: PipelineContext,
): Promise<EndpointDeployment> {
  const { value, folder } = plan.deployment;
  const environmentId = await resolveEnvironment(workspace, value.environment, folder, `${model.name}-serve`, context.signal);
  if (value.code_configuration !== undefined) {
    throw new QuaysideError(
      `${plan.release.deployment} has code_configuration; Quayside serves models with its own server and runs no scoring script`,
      { code: "mlops.scoring-script-unsupported", fault: "user", exitCode: EXIT.diagnostics },
    );
  }
  const settings = value.request_settings;
  const body: JsonObject = {
    location: workspace.location,
    tags: value.tags,
    sku: { name: "Default", capacity: value.instance_count },
    properties: {
      endpointComputeType: "Kubernetes",
      model: model.id,
      environmentId,
      appInsightsEnabled: value.app_insights_enabled,
      environmentVariables: value.environment_variables,
      ...(value.description === undefined ? {} : { description: value.description }),
      ...(value.instance_type === undefined ? {} : { instanceType: value.instance_type }),
      ...(settings === undefined
        ? {}
        : {
            requestSettings: {
              requestTimeout: isoDuration(settings.request_timeout_ms),
              maxConcurrentRequestsPerInstance: settings.max_concurrent_requests_per_instance,
              maxQueueWait: isoDuration(settings.max_queue_wait_ms),
            },
          }),
      ...(value.liveness_probe === undefined ? {} : { livenessProbe: probe(value.liveness_probe) }),
      ...(value.readiness_probe === undefined ? {} : { readinessProbe: probe(value.readiness_probe) }),
      ...(value.resources === undefined
        ? {}
        : {
            containerResourceRequirements: {
              containerResourceRequests: amounts(value.resources.requests),
              containerResourceLimits: amounts(value.resources.limits),
            },
          }),
    },
  };
  return putDeployment(workspace, endpoint.name, slot, body, context.signal);
}

async function smokeTest(
  scoring: Scoring,
  deployment: string,
  bodies: readonly string[],
  requests: number,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < requests; at++) {
    const answer = await score(scoring, bodies[at % bodies.length] ?? "", deployment, signal);
    if (answer.status !== 200 || answer.deployment !== deployment) {
      const seen =
        answer.status === 200
          ? `was answered by ${answer.deployment || "nobody"}`
          : `got ${answer.status}: ${answer.body.slice(0, 200)}`;
      throw new VerificationError(`smoke test of ${deployment}: request ${at + 1} of ${requests} ${seen}`, [seen], {
        code: "mlops.smoke-test-failed",
      });
    }
  }
}

interface Pair {
  readonly stable: string;
  readonly candidate: string;
}

async function shiftUnderLoad(
  workspace: Workspace,
  plan: ModelPlan,
  endpoint: Endpoint,
  pair: Pair,
  scoring: Scoring,
  bodies: readonly string[],
  context: PipelineContext,
): Promise<LoadFigures> {
  const { steps, holdSeconds, load: rate } = plan.release.rollout;
  const load = startLoad({ url: scoring.url, headers: scoringHeaders(scoring), bodies, clock: context.clock, ...rate });
  try {
    for (const percent of steps) {
      load.mark();
      await shift(
        workspace,
        endpoint.name,
        percent === 100 ? { [pair.candidate]: 100 } : { [pair.stable]: 100 - percent, [pair.candidate]: percent },
        context,
      );
      await hold(load, holdSeconds * 1000, context);
      const broken = brokenLimit(load, pair.candidate, plan.release.rollout.limits);
      if (broken !== undefined)
        throw new VerificationError(`release stopped at ${percent} %: ${broken}`, [broken], {
          code: "mlops.release-rolled-back",
        });
    }
    return await load.stop();
  } catch (error) {
    await load.stop();
    // Whatever went wrong, users get the version that worked; also when this pipeline is being interrupted.
    await setTraffic(workspace, endpoint.name, { [pair.stable]: 100 });
    context.reporter.emit("endpoint.traffic", { endpoint: endpoint.name, traffic: { [pair.stable]: 100 } });
    context.reporter.emit("release.rolled-back", {
      endpoint: endpoint.name,
      reason: error instanceof Error ? error.message : String(error),
    });
    throw error;
  }
}

const LOAD_REPORT_MS = 500;

async function hold(load: Load, ms: number, context: PipelineContext): Promise<void> {
  for (let waited = 0; waited < ms; waited += LOAD_REPORT_MS) {
    await context.clock.sleep(Math.min(LOAD_REPORT_MS, ms - waited), context.signal);
    context.reporter.emit("load.progress", load.total());
  }
}

/** The candidate's own answers decide where it can be told apart; requests that nobody answered count for it, too. */
function brokenLimit(
  load: Load,
  candidate: string,
  limits: { readonly errorRate: number; readonly p99Ms: number },
): string | undefined {
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

async function shift(workspace: Workspace, endpoint: string, traffic: Traffic, context: PipelineContext): Promise<Endpoint> {
  const updated = await setTraffic(workspace, endpoint, traffic, context.signal);
  context.reporter.emit("endpoint.traffic", { endpoint, traffic });
  return updated;
}

function mostTraffic(traffic: Traffic): string | undefined {
  const [top] = Object.entries(traffic).sort(([, a], [, b]) => b - a);
  return top !== undefined && top[1] > 0 ? top[0] : undefined;
}

function probe(value: Record<string, number | undefined>): JsonObject {
  const seconds = (amount: number | undefined) => (amount === undefined ? undefined : isoDuration(amount * 1000));
  const { initial_delay, period, timeout, success_threshold: successThreshold, failure_threshold: failureThreshold } = value;
  return JSON.parse(
    JSON.stringify({
      initialDelay: seconds(initial_delay),
      period: seconds(period),
      timeout: seconds(timeout),
      successThreshold,
      failureThreshold,
    }),
  ) as JsonObject;
}

function amounts(
  value:
    | { readonly cpu?: string | undefined; readonly memory?: string | undefined; readonly "nvidia.com/gpu"?: string | undefined }
    | undefined,
): JsonObject {
  return {
    ...(value?.cpu === undefined ? {} : { cpu: value.cpu }),
    ...(value?.memory === undefined ? {} : { memory: value.memory }),
    ...(value?.["nvidia.com/gpu"] === undefined ? {} : { gpu: value["nvidia.com/gpu"] }),
  };
}
