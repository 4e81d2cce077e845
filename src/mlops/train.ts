import { join } from "node:path";
import {
  below,
  downloadBlob,
  jobOutput,
  type RunRecord,
  readRun,
  resolveUri,
  streamJob,
  submitJob,
  uploadCode,
  uploadData,
  type Workspace,
  waitWithin,
} from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";
import { QuaysideError } from "../report/index.ts";
import { abandonJob } from "./abandoned-job.ts";
import type { PipelineContext } from "./context.ts";
import { resolveEnvironment } from "./environment.ts";
import { isoDuration, parseReference } from "./files/common.ts";
import type { ModelPlan } from "./plan.ts";
import { watchNodes } from "./waiting.ts";

/** A finished training: what it logged and where its files are. */
export interface Training {
  readonly job: string;
  readonly candidate: string;
  readonly run: RunRecord;
  /** `azureml://` address of the model's folder. */
  readonly modelUri: string;
  /** SHA-256 of each data input, by name. */
  readonly data: Readonly<Record<string, string>>;
  readonly codeSha256: string;
}

/** Uploads code and data, runs the job and follows it; a job that does not complete is an error that quotes its last words. */
export async function train(
  workspace: Workspace,
  plan: ModelPlan,
  candidate: ModelPlan["release"]["candidates"][number],
  context: PipelineContext,
): Promise<Training> {
  const { value: job, folder } = plan.job;
  for (const name of Object.keys(candidate.inputs)) {
    if (job.inputs[name] === undefined) {
      throw new QuaysideError(`candidate ${candidate.name} sets input ${name}, which ${plan.release.job} does not have`, {
        code: "mlops.unknown-input",
        fault: "user",
        exitCode: 3,
      });
    }
  }
  const code = await uploadCode(workspace, join(folder, job.code), context.signal);
  const data: Record<string, string> = {};
  const inputs: JsonObject = {};
  for (const [name, input] of Object.entries({ ...job.inputs, ...candidate.inputs })) {
    if (typeof input !== "object") {
      inputs[name] = { jobInputType: "literal", value: String(input) };
      continue;
    }
    const mode = input.mode === "download" ? "Download" : "ReadOnlyMount";
    if (/^(azureml|https):/.test(input.path)) {
      inputs[name] = { jobInputType: input.type, uri: input.path, mode };
      continue;
    }
    const uploaded = await uploadData(
      workspace,
      `${plan.release.model}-${name.replaceAll("_", "-")}`,
      join(folder, input.path),
      context.signal,
    );
    data[name] = uploaded.sha256;
    inputs[name] = { jobInputType: input.type, uri: uploaded.uri, mode };
  }
  const environmentId = await resolveEnvironment(
    workspace,
    job.environment,
    folder,
    `${plan.release.model}-train`,
    context.signal,
  );
  const name = `${job.experiment_name}-${candidate.name}-${context.newId()}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-");
  const body: JsonObject = {
    jobType: "Command",
    experimentName: job.experiment_name,
    displayName: job.display_name ?? `${plan.release.model} ${candidate.name}`,
    ...(job.description === undefined ? {} : { description: job.description }),
    codeId: code.id,
    environmentId,
    computeId: below(workspace, `computes/${parseReference(job.compute).name}`),
    command: job.command,
    environmentVariables: job.environment_variables,
    inputs,
    outputs: Object.fromEntries(
      Object.entries(job.outputs).map(([output, { type, mode, path }]) => [
        output,
        {
          jobOutputType: type,
          mode: mode === "upload" ? "Upload" : "ReadWriteMount",
          ...(path === undefined ? {} : { uri: path }),
        },
      ]),
    ),
    ...(job.resources === undefined
      ? {}
      : {
          resources: {
            ...(job.resources.instance_type === undefined ? {} : { instanceType: job.resources.instance_type }),
            ...(job.resources.instance_count === undefined ? {} : { instanceCount: job.resources.instance_count }),
            ...(job.resources.shm_size === undefined ? {} : { shmSize: job.resources.shm_size }),
          },
        }),
    ...(job.limits === undefined
      ? {}
      : { limits: { jobLimitsType: "Command", timeout: isoDuration(job.limits.timeout * 1000) } }),
    tags: { ...job.tags, "quayside.candidate": candidate.name },
  };
  await submitJob(workspace, name, body, context.signal);
  const compute = parseReference(job.compute).name;
  await followJob(workspace, { name, compute, longestMs: longestRun(job.limits?.timeout, workspace) }, context);
  const output = Object.entries(job.outputs).find(([, { type }]) => type === "custom_model")?.[0];
  if (output === undefined)
    throw new QuaysideError(`${plan.release.job} has no output of type custom_model`, {
      code: "mlops.no-model-output",
      fault: "user",
      exitCode: 3,
    });
  return {
    job: name,
    candidate: candidate.name,
    run: await readRun(workspace, name, context.signal),
    modelUri: await jobOutput(workspace, name, output, context.signal),
    data,
    codeSha256: code.sha256,
  };
}

/** One file of a model's folder, wherever the workspace keeps it. */
export async function readModelFile(workspace: Workspace, modelUri: string, file: string, signal: AbortSignal): Promise<Buffer> {
  const place = await resolveUri(workspace, modelUri, signal);
  return downloadBlob(workspace.client.connection, { ...place, path: `${place.path.replace(/\/+$/, "")}/${file}` }, signal);
}

const LAST_LINES = 5;

/** Milliseconds that a job may take: what job.yml allows it, and as long as any operation for getting its machines. */
function longestRun(timeoutSeconds: number | undefined, workspace: Workspace): number {
  return (timeoutSeconds ?? UNLIMITED_JOB_S) * 1000 + workspace.client.longestWaitMs;
}

/** Nobody waits longer for a job without a limit of its own. */
const UNLIMITED_JOB_S = 24 * 3600;

interface Followed {
  readonly name: string;
  readonly compute: string;
  readonly longestMs: number;
}

/** Codes of what ends the following of a job that goes on. */
const GIVEN_UP: readonly string[] = ["mlops.no-nodes", "arm.wait-too-long"];

/** Tells how a job goes until it has completed; throws when it ends otherwise, or gets no node. */
export async function followJob(
  workspace: Workspace,
  { name, compute, longestMs }: Followed,
  context: PipelineContext,
): Promise<void> {
  const lines: string[] = [];
  const limit = {
    what: `job ${name}`,
    ms: longestMs,
    becomes: "it is given up",
    hint: `read its log: quayside model logs ${name}`,
  };
  const result = await waitWithin(limit, context.signal, (signal) =>
    streamJob(workspace, name, {
      pollMs: context.pollMs,
      sleep: (ms, stop) => context.clock.sleep(ms, stop),
      signal,
      onWaiting: watchNodes(workspace, compute, name, context),
      onStatus: (status) => context.reporter.emit("job.status", { job: name, status }),
      onLine: (line) => {
        lines.push(line);
        if (lines.length > LAST_LINES) lines.shift();
        context.reporter.emit("job.log", { job: name, line });
      },
    }),
  ).catch(async (error: unknown) => {
    const isGivenUp = error instanceof QuaysideError && GIVEN_UP.includes(error.code);
    throw context.signal.aborted || isGivenUp ? await abandonJob(workspace, name, error, context) : error;
  });
  if (result.status === "Completed") return;
  // The service's message may quote the log over several lines; the last ones follow here anyway.
  const [cause] = result.error?.message.split(/[;\n]/) ?? [];
  const reason = cause === undefined ? "" : `: ${cause}`;
  const tail = lines.length === 0 ? "" : `; last lines: ${lines.join(" | ")}`;
  throw new QuaysideError(`job ${name} ended ${result.status}${reason}${tail}`, {
    code: "mlops.job-failed",
    fault: "user",
    hint: `read the log: quayside model logs ${name}`,
  });
}
