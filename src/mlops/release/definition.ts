import { createHash } from "node:crypto";
import type { Endpoint, ModelVersion, Workspace } from "../../arm/index.ts";
import { canonicalJson, isObject, type JsonObject } from "../../base/index.ts";
import { EXIT, QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { resolveEnvironment } from "../environment.ts";
import { isoDuration } from "../files/common.ts";
import type { ModelPlan } from "../plan.ts";
import { dataCollectorBody } from "./data-collector.ts";
import { RELEASE_TAG } from "./serving.ts";

/** On every deployment: the hash of what it was made from, which tells whether deployment.yml was edited since. */
export const DEFINITION_TAG = "quayside.definition";

export interface Definition {
  readonly body: JsonObject;
  readonly hash: string;
}

/** The deployment that the plan's deployment.yml describes, with this model, as ARM takes it. Its own hash is among its tags. */
export async function defineDeployment(
  workspace: Workspace,
  plan: ModelPlan,
  endpoint: Endpoint,
  slot: string,
  model: ModelVersion,
  context: PipelineContext,
): Promise<Definition> {
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
      ...(collector === undefined ? {} : { dataCollector: collector }),
    },
  };
  return { body, hash: createHash("sha256").update(canonicalJson(body)).digest("hex").slice(0, 16) };
}

/** The body as it is put, for a release to find again. */
export function taggedFor({ body, hash }: Definition, release: string): JsonObject {
  return { ...body, tags: { ...(isObject(body.tags) ? body.tags : {}), [RELEASE_TAG]: release, [DEFINITION_TAG]: hash } };
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
