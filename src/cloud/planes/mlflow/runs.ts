import type { Resource } from "../../contract.ts";
import { createExperiment, findExperiment, getExperiment } from "./experiments.ts";
import { exists, invalid, MlflowFault, missing } from "./fault.ts";
import {
  METRICS,
  type Metric,
  RUNS,
  type Run,
  type RunStatus,
  runKey,
  type Tags,
  type TrackingHost,
  workspaceKey,
} from "./records.ts";

export type { Run, RunStatus } from "./records.ts";

export interface NewRun {
  /** Made when it does not exist yet. */
  readonly experimentName: string;
  /** A job's name, for the run that Azure ML makes for it; otherwise 32 hex digits are chosen. */
  readonly runId?: string;
  readonly name?: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly startTime?: number;
  readonly status?: RunStatus;
  readonly tags?: Tags;
}

export interface LoggedBatch {
  readonly metrics?: readonly Metric[];
  readonly params?: readonly { readonly key: string; readonly value: string }[];
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
}

/** Makes a run in the experiment of that name; Azure ML does the same for each job, with the job's name as run id. */
export function createRun(host: TrackingHost, workspace: Resource, run: NewRun): Run {
  const experiment = findExperiment(host, workspace, run.experimentName) ?? createExperiment(host, workspace, run.experimentName);
  return createRunIn(host, workspace, experiment.id, run);
}

export function createRunIn(
  host: TrackingHost,
  workspace: Resource,
  experimentId: string,
  run: Omit<NewRun, "experimentName">,
): Run {
  if (getExperiment(host, workspace, experimentId).lifecycleStage === "deleted")
    throw new MlflowFault("INVALID_STATE", `experiment ${experimentId} is deleted; restore it first`);
  const id = run.runId ?? host.newGuid().replaceAll("-", "");
  if (findRun(host, workspace, id) !== undefined) throw exists(`run ${id}`);
  const tags = run.tags ?? {};
  const name = run.name || tags["mlflow.runName"] || id;
  return write(host, workspace, {
    id,
    experimentId,
    name,
    userId: run.userId,
    status: run.status ?? "RUNNING",
    startTime: run.startTime ?? host.clock.now(),
    lifecycleStage: "active",
    params: {},
    tags: { ...tags, "mlflow.runName": name },
    metrics: {},
    logged: 0,
    inputs: [],
  });
}

/** Ends a run; a run that has ended keeps its first end time. */
export function endRun(host: TrackingHost, workspace: Resource, runId: string, status: RunStatus): Run {
  const run = getRun(host, workspace, runId);
  return updateRun(host, workspace, runId, { status, endTime: run.endTime ?? host.clock.now() });
}

export function findRun(host: TrackingHost, workspace: Resource, runId: string): Run | undefined {
  return host.store.get<Run>(RUNS, runKey(workspace, runId));
}

export function getRun(host: TrackingHost, workspace: Resource, runId: string): Run {
  const run = findRun(host, workspace, runId);
  if (run === undefined) throw missing(`run ${runId}`);
  return run;
}

export function listRuns(host: TrackingHost, workspace: Resource): Run[] {
  return host.store.list<Run>(RUNS, `${workspaceKey(workspace)}/`).map(({ value }) => value);
}

export function updateRun(
  host: TrackingHost,
  workspace: Resource,
  runId: string,
  change: Partial<Pick<Run, "status" | "endTime" | "name" | "lifecycleStage" | "tags" | "inputs">>,
): Run {
  const run = getRun(host, workspace, runId);
  const tags = change.name === undefined ? {} : { tags: { ...run.tags, "mlflow.runName": change.name } };
  return write(host, workspace, { ...run, ...change, ...tags });
}

/**
 * Writes metrics (appended), params (immutable; the same value again is fine) and tags (overwritten), all or nothing.
 * @throws INVALID_PARAMETER_VALUE for a param that has another value already
 */
export function logBatch(host: TrackingHost, workspace: Resource, runId: string, batch: LoggedBatch): void {
  host.store.transaction(() => {
    const run = getRun(host, workspace, runId);
    if (run.lifecycleStage === "deleted") throw new MlflowFault("INVALID_STATE", `run ${runId} is deleted; restore it first`);
    const params: Record<string, string> = { ...run.params };
    for (const { key, value } of batch.params ?? []) {
      const before = params[key];
      if (before !== undefined && before !== value)
        throw invalid(
          `param ${key} of run ${runId} is ${JSON.stringify(before)} and cannot become ${JSON.stringify(value)}; params are immutable`,
        );
      params[key] = value;
    }
    const tags: Record<string, string> = { ...run.tags };
    for (const { key, value } of batch.tags ?? []) tags[key] = value;
    const metrics: Record<string, Metric> = { ...run.metrics };
    let logged = run.logged;
    for (const metric of batch.metrics ?? []) {
      const place = String(logged++).padStart(12, "0");
      host.store.put(METRICS, metricPrefix(workspace, runId, metric.key) + place, metric);
      const latest = metrics[metric.key];
      if (latest === undefined || !isOlder(metric, latest)) metrics[metric.key] = metric;
    }
    const name = tags["mlflow.runName"] ?? run.name;
    write(host, workspace, { ...run, name, params, tags, metrics, logged });
  });
}

/** Every value of one metric, in the order in which it was logged. */
export function metricHistory(host: TrackingHost, workspace: Resource, runId: string, metricKey: string): Metric[] {
  getRun(host, workspace, runId);
  return host.store.list<Metric>(METRICS, metricPrefix(workspace, runId, metricKey)).map(({ value }) => value);
}

const metricPrefix = (workspace: Resource, runId: string, key: string) =>
  `${runKey(workspace, runId)}/${encodeURIComponent(key)}/`;

/** "Latest" goes by timestamp, then step, then value, as in MLflow's own stores. */
function isOlder(a: Metric, b: Metric): boolean {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp;
  if (a.step !== b.step) return a.step < b.step;
  return Number(a.value) < Number(b.value);
}

function write(host: TrackingHost, workspace: Resource, run: Run): Run {
  host.store.put(RUNS, runKey(workspace, run.id), run);
  return run;
}
