import type { LoadFigures } from "../mlops/index.ts";
import type { Delivered } from "../ops/index.ts";
import { deliveredText } from "./main-job/objects.ts";
import { seconds } from "./render/index.ts";

/** What a run of the main job made and measured; written as `last-run.json`. Times in milliseconds from the start of the process. */
export interface RunSummary {
  readonly cloud: string;
  readonly resourceGroup: string;
  readonly resources: {
    readonly total: number;
    readonly succeeded: number;
    readonly items: readonly { readonly type: string; readonly name: string; readonly state: string }[];
  };
  /** What was applied to the cluster; absent when that was left to somebody else. */
  readonly objects?: Delivered;
  readonly model: { readonly name: string; readonly version: string; readonly metrics: Readonly<Record<string, number>> };
  readonly models: readonly {
    readonly version: string;
    readonly job: string;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
  readonly endpoint: { readonly name: string; readonly scoringUri: string };
  readonly traffic: Readonly<Record<string, number>>;
  readonly requests: LoadFigures;
  readonly cost: {
    readonly monthlyUsd: number;
    readonly pricesAsOf: string;
    readonly lines: readonly { readonly resource: string; readonly item: string; readonly monthlyUsd: number }[];
    readonly assumptions: readonly string[];
  };
  readonly durations: {
    readonly cloudReadyMs: number;
    readonly deployMs: number;
    /** By the provisioning times that the embedded Azure models; on Azure the same as measured. */
    readonly deployOnAzureMs: number;
    readonly firstPredictionMs: number;
    readonly totalMs: number;
  };
}

const TOP_COSTS = 4;

export function summaryText(run: RunSummary): string {
  const { resources, objects, model, models, traffic, requests, cost, durations } = run;
  const metrics = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .slice(0, 3)
      .map(([name, value]) => `${name} ${Number(value.toFixed(4))}`)
      .join(", ");
  const top = [...cost.lines].sort((a, b) => b.monthlyUsd - a.monthlyUsd).slice(0, TOP_COSTS);
  return [
    "",
    `Resources  ${resources.succeeded} of ${resources.total} ready in ${run.resourceGroup}`,
    `Cluster    ${objects === undefined ? "its objects are not applied" : deliveredText(objects)}`,
    `Models     ${models.map(({ version, metrics: values }) => `${model.name}:${version} (${metrics(values)})`).join("; ")}`,
    `Traffic    ${run.endpoint.name}: ${Object.entries(traffic)
      .map(([name, percent]) => `${name} ${percent} %`)
      .join(", ")}`,
    `Requests   ${requests.sent} sent while traffic moved, ${requests.failed} failed; p50 ${requests.p50Ms.toFixed(1)} ms, p99 ${requests.p99Ms.toFixed(1)} ms`,
    `Cost       about $${cost.monthlyUsd.toFixed(0)} a month on Azure (list prices of ${cost.pricesAsOf}): ${top.map(({ resource, monthlyUsd }) => `${resource} $${monthlyUsd.toFixed(0)}`).join(", ")}`,
    `Time       first prediction after ${seconds(durations.firstPredictionMs)}, all in ${seconds(durations.totalMs)}`,
  ].join("\n");
}
