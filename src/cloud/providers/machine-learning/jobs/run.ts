import type { CloudHost, Principal, Resource } from "../../../contract.ts";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import type { RunStatus } from "../../../planes/mlflow/records.ts";
import { createRun, endRun, findRun, updateRun } from "../../../planes/mlflow/runs.ts";
import { textAt } from "../../common/body.ts";
import { isKubernetes } from "../computes.ts";
import { runArtifacts } from "../uris.ts";
import { requireWorkspace } from "../workspace-of.ts";
import { jobEnvironment } from "./environment.ts";
import { clearFolder, type JobFiles, type JobFolder, prepareFolder, uploadResults } from "./files.ts";
import { dataPrincipal } from "./identity.ts";
import { type LogTail, tailLog } from "./log-tail.ts";
import { explain, failure, follow, type Outcome } from "./outcome.ts";
import { startJobProcess } from "./process.ts";
import { readRecord, setStatus, writeRecord } from "./record.ts";
import { shellPath, substitute } from "./reference.ts";
import { registerOutputs } from "./register.ts";

export const LOG_FILE = "user_logs/std_log.txt";
/** Azure ML's run tokens outlive the run; the longest job that a rehearsal has is a day. */
const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000;

const MLFLOW: Readonly<Record<"Completed" | "Failed" | "Canceled", RunStatus>> = {
  Completed: "FINISHED",
  Failed: "FAILED",
  Canceled: "KILLED",
};

/** One job on its way from Preparing to its end. */
export interface JobRun {
  readonly jobId: string;
  readonly cluster: string | undefined;
  /** While its command runs. */
  readonly command: RunningCommand | undefined;
  /** Resolves when the job is in its last status, whatever that is; never rejects. */
  readonly ended: Promise<void>;
  cancel(): void;
  /** Ends the process and leaves the job as it is on disk: the cloud is closing. */
  abandon(): Promise<void>;
}

export interface RunningCommand {
  readonly pid: number;
  /** Wall time, milliseconds. */
  readonly startedAt: number;
  readonly logFile: string;
}

export function startRun(host: CloudHost, job: Resource, compute: Resource): JobRun {
  const stop = new AbortController();
  let abandoned = false;
  let command: RunningCommand | undefined;
  const cluster = isKubernetes(compute) ? textAt(compute.properties, "resourceId") : undefined;
  const onCommand = (running: RunningCommand | undefined) => {
    command = running;
    if (cluster !== undefined) host.workloads.changed(cluster);
  };
  const work = async () => {
    const outcome = await attempt(host, job, compute, stop.signal, () => abandoned, onCommand).catch(
      (error: unknown): Outcome => (stop.signal.aborted ? { status: "Canceled" } : failure(error)),
    );
    if (!abandoned && host.resources.get(job.id) !== undefined) end(host, job, outcome.status, outcome);
  };
  const ended = work().catch((error: unknown) =>
    host.log("job.failed", { job: job.id, error: error instanceof Error ? error.message : "unknown" }),
  );
  return {
    jobId: job.id,
    cluster,
    get command() {
      return command;
    },
    ended,
    cancel() {
      stop.abort();
    },
    async abandon() {
      abandoned = true;
      stop.abort();
      await ended;
    },
  };
}

async function attempt(
  host: CloudHost,
  job: Resource,
  compute: Resource,
  signal: AbortSignal,
  isAbandoned: () => boolean,
  onCommand: (running: RunningCommand | undefined) => void,
): Promise<Outcome> {
  const workspace = requireWorkspace(host, job.id);
  const submitter = host.principals.byObjectId(readRecord(host, job.id)?.submittedBy ?? "") ?? host.system;
  const files: JobFiles = { host, workspace, job, principal: dataPrincipal(host, job, compute, submitter) };
  setStatus(host, job.id, "Preparing");
  writeRecord(host, job.id, { startedAt: new Date().toISOString() });
  const experimentId = trackRun(host, workspace, job, submitter);
  const folder = await prepareFolder(files, signal);
  if (signal.aborted) return { status: "Canceled" };
  const environment = jobEnvironment({
    host,
    job,
    workspace,
    experimentId,
    trackingToken: await host.authorizer.issueToken(submitter, "https://ml.azure.com", TOKEN_LIFETIME_MS),
    inputs: folder.inputs,
    outputs: folder.outputs,
  });
  const log = await openLog(host, workspace, job, folder);
  let outcome: Outcome;
  try {
    const command = commandLine(job, folder);
    const started = startJobProcess({ command, folder: folder.code, environment, logFile: folder.log });
    setStatus(host, job.id, "Running");
    onCommand({ pid: started.pid, startedAt: Date.now(), logFile: folder.log });
    outcome = await follow(job, started, signal);
  } finally {
    onCommand(undefined);
    await log.finish();
  }
  if (isAbandoned()) return outcome;
  setStatus(host, job.id, "Finalizing");
  await uploadResults(files, folder, new AbortController().signal);
  if (outcome.status === "Completed") await registerOutputs(host, workspace, job, submitter);
  const result = outcome.status === "Failed" ? explain(outcome, folder) : outcome;
  await clearFolder(folder);
  return result;
}

/** The same run, under the job's name, in MLflow. */
function trackRun(host: CloudHost, workspace: Resource, job: Resource, submitter: Principal): string {
  const name = textAt(job.properties, "displayName") ?? job.name;
  const experimentName = textAt(job.properties, "experimentName") ?? "Default";
  const known = findRun(host, workspace, job.name);
  const run =
    known === undefined
      ? createRun(host, workspace, { experimentName, runId: job.name, name, userId: submitter.displayName, status: "RUNNING" })
      : updateRun(host, workspace, job.name, { status: "RUNNING" });
  return run.experimentId;
}

function commandLine(job: Resource, folder: JobFolder): string {
  const inputs = job.properties.inputs;
  return substitute(textAt(job.properties, "command") ?? "", (side, name) => {
    const value = folder[side][name] ?? "";
    // A literal is part of the command as it is; a path is one word.
    return side === "inputs" && textAt(inputs, `${name}.jobInputType`) === "literal" ? value : shellPath(value);
  });
}

async function openLog(host: CloudHost, workspace: Resource, job: Resource, folder: JobFolder): Promise<LogTail> {
  const blobs = createBlobAccess(host);
  const location = runArtifacts(workspace, job.name, LOG_FILE);
  await blobs.append(location, "");
  writeRecord(host, job.id, { logs: [LOG_FILE] });
  return tailLog(folder.log, (bytes) => blobs.append(location, bytes));
}

/** Puts a job into its last status, here and in MLflow. */
export function end(
  host: CloudHost,
  job: Resource,
  status: Outcome["status"],
  outcome: Pick<Outcome, "error" | "exitCode"> = {},
): void {
  const { error, exitCode } = outcome;
  writeRecord(host, job.id, {
    endedAt: new Date().toISOString(),
    ...(error === undefined ? {} : { error }),
    ...(exitCode === undefined ? {} : { exitCode }),
  });
  const workspace = requireWorkspace(host, job.id);
  if (findRun(host, workspace, job.name) !== undefined) endRun(host, workspace, job.name, MLFLOW[status]);
  setStatus(host, job.id, status);
}
