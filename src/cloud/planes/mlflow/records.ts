import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";

/** What the tracking server keeps. JSON has no NaN, so such metric values are kept in protobuf's JSON spelling. */
export type MetricValue = number | "NaN" | "Infinity" | "-Infinity";

export interface Metric {
  readonly key: string;
  readonly value: MetricValue;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly step: number;
}

export type LifecycleStage = "active" | "deleted";
export type Tags = Readonly<Record<string, string>>;

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly lifecycleStage: LifecycleStage;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Tags;
}

export const RUN_STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export interface Run {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime?: number;
  readonly lifecycleStage: LifecycleStage;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** The latest value by (timestamp, step, value), as the client expects from `runs/get`. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** How many metric values were logged so far: the next one's place in the history. */
  readonly logged: number;
  /** Datasets given by `runs/log-inputs`, as they came. */
  readonly inputs: readonly unknown[];
}

/** What these records need from the embedded Azure. */
export type TrackingHost = Pick<CloudHost, "store" | "clock" | "newGuid">;

export const EXPERIMENTS = "mlflow.experiments";
export const RUNS = "mlflow.runs";
/** One document for each logged value: `{workspace}/{run}/{metric}/{sequence}`. */
export const METRICS = "mlflow.metrics";

/** A workspace that was deleted and made again has another `workspaceId` and so starts with no runs. */
export function workspaceKey(workspace: Resource): string {
  const guid = workspace.properties.workspaceId;
  return typeof guid === "string" ? guid : encodeURIComponent(idKey(workspace.id));
}

export function experimentKey(workspace: Resource, experimentId: string): string {
  return `${workspaceKey(workspace)}/${encodeURIComponent(experimentId)}`;
}

export function runKey(workspace: Resource, runId: string): string {
  return `${workspaceKey(workspace)}/${encodeURIComponent(runId)}`;
}
