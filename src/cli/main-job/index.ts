import { estimateMonthlyCost } from "../../azure/index.ts";
import { asString } from "../../base/index.ts";
import type { RunSummary } from "../summary.ts";
import { elapsed, type Job } from "./job.ts";
import { type Released, releaseModels } from "./models.ts";
import { type Standing, standUp } from "./platform.ts";

export { elapsed, type Job, operations } from "./job.ts";

/** The main job: a platform, and models on it. */
export async function mainJob(job: Job): Promise<RunSummary> {
  const platform = await standUp(job);
  const released = await releaseModels(job, asString(platform.deployment.outputs.workspaceName));
  return summary(job, platform, released);
}

function summary(
  { cloud, resourceGroup, cloudReadyMs }: Job,
  { resources, verified, deployment, objects, deployMs }: Standing,
  { models, served, last, firstPredictionMs }: Released,
): RunSummary {
  const cost = estimateMonthlyCost(resources.map(({ type, name, body }) => ({ type, name, body })));
  return {
    cloud,
    resourceGroup,
    resources: {
      total: resources.length,
      succeeded: verified.filter(({ state }) => state === "Succeeded").length,
      items: verified.map(({ type, name, state }) => ({ type, name, state })),
    },
    ...(objects === undefined ? {} : { objects }),
    model: { name: served.name, version: served.version, metrics: served.metrics },
    models: models.map(({ version, job, metrics }) => ({ version, job, metrics })),
    endpoint: { name: last.endpoint.name, scoringUri: last.endpoint.scoringUri },
    traffic: last.endpoint.traffic,
    requests: last.load ?? { sent: 0, failed: 0, p50Ms: 0, p99Ms: 0 },
    cost: {
      monthlyUsd: cost.monthlyUsd,
      pricesAsOf: cost.pricesAsOf,
      lines: cost.lines.map(({ resource, item, monthlyUsd }) => ({ resource, item, monthlyUsd })),
      assumptions: cost.assumptions,
    },
    durations: {
      cloudReadyMs,
      deployMs,
      deployOnAzureMs: deployment.durationMs,
      firstPredictionMs,
      totalMs: elapsed(),
    },
  };
}
