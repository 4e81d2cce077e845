import {
  below,
  deleteDeployment,
  type Endpoint,
  type EndpointDeployment,
  findDeployment,
  findEndpoint,
  listDeployments,
  type ModelVersion,
  putDeployment,
  putEndpoint,
  type Workspace,
} from "../../arm/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { EXIT, QuaysideError, VerificationError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { resolveEnvironment } from "../environment.ts";
import { isoDuration, parseReference } from "../files/common.ts";
import type { ModelPlan } from "../plan.ts";
import { type Scoring, score } from "../score.ts";
import { dataCollectorBody } from "./data-collector.ts";
import { RELEASE_TAG } from "./serving.ts";

export async function ensureEndpoint(workspace: Workspace, plan: ModelPlan, context: PipelineContext): Promise<Endpoint> {
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
export async function clearSlot(workspace: Workspace, endpoint: Endpoint, slot: string, context: PipelineContext): Promise<void> {
  const deployments = await listDeployments(workspace, endpoint.name, context.signal);
  if (deployments.some(({ name }) => name === slot)) await deleteDeployment(workspace, endpoint.name, slot, context.signal);
}

/** A minute past the longest that Azure ML gives a deployment. */
const MOST_WAIT_MS = 3_660_000;
const ON_ITS_WAY = ["Creating", "Updating", "Scaling"];

/** Waits for a deployment whose maker is gone; false when it is not there or has failed. */
export async function becomesReady(
  workspace: Workspace,
  endpoint: Endpoint,
  slot: string,
  { clock, pollMs, signal }: PipelineContext,
): Promise<boolean> {
  for (let waited = 0; waited < MOST_WAIT_MS; waited += pollMs) {
    const state = (await findDeployment(workspace, endpoint.name, slot, signal))?.state;
    if (state === "Succeeded") return true;
    if (state === undefined || !ON_ITS_WAY.includes(state)) return false;
    await clock.sleep(pollMs, signal);
  }
  return false;
}

export async function deployModel(
  workspace: Workspace,
  plan: ModelPlan,
  endpoint: Endpoint,
  slot: string,
  model: ModelVersion,
  releaseId: string,
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
  const collector =
    value.data_collector && (await dataCollectorBody(workspace, value.data_collector, endpoint.name, slot, context.signal));
  const body: JsonObject = {
    location: workspace.location,
    tags: { ...value.tags, [RELEASE_TAG]: releaseId },
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
      ...(collector === undefined ? {} : { dataCollector: collector }),
    },
  };
  return putDeployment(workspace, endpoint.name, slot, body, context.signal);
}

export async function smokeTest(
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
