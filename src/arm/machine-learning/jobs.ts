import { asString, isObject, type JsonObject } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { downloadText } from "./blobs.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

const ENDED = new Set(["Completed", "Failed", "Canceled", "NotResponding"]);
const WAITING = new Set(["NotStarted", "Queued"]);

export interface JobResult {
  readonly name: string;
  readonly status: "Completed" | "Failed" | "Canceled" | "NotResponding";
  /** Why it failed, in Azure ML's words. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface StreamOptions {
  readonly pollMs: number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onStatus: (status: string) => void;
  readonly onLine: (line: string) => void;
  /** After each look at a job that waits for a node; what it throws ends the following. */
  readonly onWaiting?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export async function submitJob(workspace: Workspace, name: string, body: JsonObject, signal?: AbortSignal): Promise<void> {
  await workspace.client.put(below(workspace, `jobs/${name}`), ML_API_VERSION, { properties: body }, signal);
}

export async function cancelJob(workspace: Workspace, name: string): Promise<void> {
  await workspace.client.post(below(workspace, `jobs/${name}/cancel`), ML_API_VERSION);
}

/**
 * Follows a job to its end through the run history, as `az ml job stream` does: status from the run's details,
 * lines from the log files that they name (each carries its own SAS).
 */
export async function streamJob(workspace: Workspace, name: string, options: StreamOptions): Promise<JobResult> {
  const { client } = workspace;
  const details = detailsAddress(workspace, name);
  let status = "";
  let shown = 0;
  for (;;) {
    const run = await client.send("GET", details, undefined, options.signal);
    const now = asString(run.status);
    if (now !== status) options.onStatus(now);
    status = now;
    const ended = ENDED.has(status);
    const log = logAddress(run);
    if (log !== undefined) {
      const text = await downloadText(client.connection, log, options.signal).catch(() => "");
      // Until the end only whole lines: the last one may still be growing.
      const upto = ended ? text.length : text.lastIndexOf("\n") + 1;
      const fresh = text.slice(shown, upto);
      shown = Math.max(shown, upto);
      for (const line of fresh.split("\n")) if (line !== "") options.onLine(line);
    }
    if (ended) {
      const error = isObject(run.error) && isObject(run.error.error) ? run.error.error : undefined;
      return {
        name,
        status: status as JobResult["status"],
        ...(error === undefined ? {} : { error: { code: asString(error.code), message: asString(error.message) } }),
      };
    }
    if (WAITING.has(status)) await options.onWaiting?.();
    await options.sleep(options.pollMs, options.signal);
  }
}

/** Everything that a job has written so far. */
export async function jobLog(workspace: Workspace, name: string, signal?: AbortSignal): Promise<string> {
  const run = await workspace.client.send("GET", detailsAddress(workspace, name), undefined, signal);
  const log = logAddress(run);
  return log === undefined ? "" : downloadText(workspace.client.connection, log, signal);
}

/** What a run logged: the last value of each metric, parameters and tags, read over MLflow. */
export interface RunRecord {
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export async function readRun(workspace: Workspace, runId: string, signal?: AbortSignal): Promise<RunRecord> {
  const address = `${workspace.api}/mlflow/v1.0${workspace.id}/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(runId)}`;
  const body = await workspace.client.send("GET", address, undefined, signal);
  const data = isObject(body.run) && isObject(body.run.data) ? body.run.data : undefined;
  if (data === undefined)
    throw new QuaysideError(`run ${runId} has no record in MLflow`, { code: "arm.run-not-found", fault: "azure" });
  return {
    metrics: Object.fromEntries(pairs(data.metrics).map(([key, value]) => [key, Number(value)])),
    params: Object.fromEntries(pairs(data.params).map(([key, value]) => [key, String(value)])),
    tags: Object.fromEntries(pairs(data.tags).map(([key, value]) => [key, String(value)])),
  };
}

/** Where a job's output went, as the service resolved it. */
export async function jobOutput(workspace: Workspace, job: string, output: string, signal?: AbortSignal): Promise<string> {
  const body = properties(await workspace.client.get(below(workspace, `jobs/${job}`), ML_API_VERSION, signal));
  const outputs = isObject(body.outputs) ? body.outputs : {};
  const found = outputs[output];
  if (!isObject(found) || typeof found.uri !== "string") {
    throw new QuaysideError(`job ${job} has no output ${output}`, { code: "arm.output-not-found", fault: "azure" });
  }
  return found.uri;
}

function detailsAddress(workspace: Workspace, name: string): string {
  return `${workspace.api}/history/v1.0${workspace.id}/runs/${name}/details?api-version=v1.0`;
}

function logAddress(run: JsonObject): string | undefined {
  const files = isObject(run.logFiles) ? run.logFiles : {};
  const name = Object.keys(files).find((file) => /^user_logs\/std_log.*\.txt$/.test(file));
  const address = name === undefined ? undefined : files[name];
  return typeof address === "string" ? address : undefined;
}

function pairs(list: JsonObject[string]): [string, unknown][] {
  return Array.isArray(list) ? list.filter(isObject).map((item) => [asString(item.key), item.value]) : [];
}
