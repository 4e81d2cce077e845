import { idKey } from "../../../../azure/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { hasEnded, type JobStatus } from "./job-status.ts";
import { noteOpen } from "./open-jobs.ts";

/** What the run history knows about a job beside its definition. Times are ISO 8601, wall time as the process saw it. */
export interface JobRecord {
  readonly submittedBy: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly exitCode?: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** Files of the run's artifacts that are logs, relative to the run: there is one once the command started. */
  readonly logs: readonly string[];
}

const COLLECTION = "ml-jobs";

export function readRecord(host: CloudHost, jobId: string): JobRecord | undefined {
  return host.store.get<JobRecord>(COLLECTION, idKey(jobId));
}

export function writeRecord(host: CloudHost, jobId: string, change: Partial<JobRecord>): void {
  const before = readRecord(host, jobId) ?? { submittedBy: "", createdAt: new Date().toISOString(), logs: [] };
  host.store.put(COLLECTION, idKey(jobId), { ...before, ...change });
}

export function deleteRecord(host: CloudHost, jobId: string): void {
  host.store.delete(COLLECTION, idKey(jobId));
}

/** `undefined` when the job was deleted meanwhile. */
export function setStatus(host: CloudHost, jobId: string, status: JobStatus): Resource | undefined {
  const job = host.resources.get(jobId);
  if (job === undefined) return undefined;
  const changed = { ...job, properties: { ...job.properties, status } };
  host.resources.save(changed);
  if (!hasEnded(status)) noteOpen(host, changed.id);
  host.log("job.status", { job: job.name, status });
  return changed;
}
