import { rm } from "node:fs/promises";
import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../../contract.ts";
import { objectAt, textAt } from "../../common/body.ts";
import { conflict } from "../../common/faults.ts";
import { listAssets } from "../assets/index.ts";
import { runArtifacts } from "../uris.ts";
import { ML_API_VERSIONS } from "../versions.ts";
import { requireWorkspace, workspaceIdOf } from "../workspace-of.ts";
import { admitJob } from "./admit.ts";
import { jobFolder } from "./files.ts";
import { hasEnded, statusOf } from "./job-status.ts";
import { deleteRecord, writeRecord } from "./record.ts";
import { JobRunner } from "./runner.ts";
import { jobWorkloads } from "./workloads.ts";

export interface Jobs {
  readonly type: TypeSpec;
  start(): Promise<void>;
  /** Lets those that wait try again: there may be nodes for them now. */
  retry(): void;
  stop(): Promise<void>;
}

/** Command jobs, run as processes of this machine. */
export function createJobs(host: CloudHost): Jobs {
  const runner = new JobRunner(host);
  host.workloads.provide(() => jobWorkloads(host, runner));
  const type: TypeSpec = {
    type: "workspaces/jobs",
    apiVersions: ML_API_VERSIONS,
    location: "inherited",
    name: {
      pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/,
      words: "1 to 255 letters, digits, underscores and hyphens, starting with a letter or digit",
    },
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    list: (items, query) => {
      const jobType = query.get("jobType");
      return listAssets(items, query).filter((job) => jobType === null || textAt(job.properties, "jobType") === jobType);
    },
    admit: (change) => {
      const job = admitJob(host, change);
      return change.previous === undefined
        ? { ...job, submittedBy: change.caller.objectId }
        : { ...job, submittedBy: change.previous.submittedBy };
    },
    stored(job, previous) {
      if (previous !== undefined) return;
      writeRecord(host, job.id, {
        submittedBy: typeof job.submittedBy === "string" ? job.submittedBy : "",
        createdAt: new Date().toISOString(),
      });
      runner.submit(job);
    },
    present: (job) => presentJob(host, job),
    admitDelete(job) {
      if (!hasEnded(statusOf(job)))
        throw conflict("UserError", `job ${job.name} is ${statusOf(job)}; cancel it before deleting it`);
    },
    async removed(job) {
      await runner.forget(job.id);
      deleteRecord(host, job.id);
      await rm(jobFolder(host, job.id), { recursive: true, force: true });
    },
    actions: {
      cancel: {
        permission: "cancel/action",
        run({ resource }) {
          if (hasEnded(statusOf(resource)))
            throw conflict("UserError", `job ${resource.name} is ${statusOf(resource)} and cannot be cancelled`);
          return {
            status: 202,
            later: async () => {
              await runner.cancel(resource.id);
              return undefined;
            },
          };
        },
      },
    },
  };
  return {
    type,
    async start() {
      runner.resume();
    },
    retry: () => runner.retry(),
    stop: () => runner.stop(),
  };
}

/** While a job runs, clients would list its logs in the storage account if they saw the default output; so it comes at the end. */
function presentJob(host: CloudHost, { submittedBy: _internal, ...job }: Resource): Resource {
  const outputs = { ...objectAt(job.properties, "outputs") };
  if (hasEnded(statusOf(job))) {
    const { path } = runArtifacts(requireWorkspace(host, job.id), job.name);
    const uri = `azureml://datastores/workspaceartifactstore/${path}`;
    outputs.default = { jobOutputType: "uri_folder", mode: "ReadWriteMount", uri };
  }
  return { ...job, properties: { ...job.properties, outputs, services: services(host, job) } };
}

function services(host: CloudHost, { id, name }: Resource): JsonObject {
  const workspaceId = workspaceIdOf(id);
  const tracking = `azureml://${new URL(host.endpoints.arm).host}/mlflow/v1.0${workspaceId}?`;
  const studio = `https://ml.azure.com/runs/${name}?wsid=${workspaceId}&tid=${host.tenantId}`;
  return {
    Tracking: { jobServiceType: "Tracking", endpoint: tracking, port: null, status: null },
    Studio: { jobServiceType: "Studio", endpoint: studio, port: null, status: null },
  };
}
