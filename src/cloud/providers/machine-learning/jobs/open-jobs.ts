import type { CloudHost, Resource } from "../../../contract.ts";
import { WORKSPACE } from "../versions.ts";
import { hasEnded, statusOf } from "./job-status.ts";

/** Ids of jobs that may not have ended. Clusters are looked at often, and a workspace keeps thousands of jobs that have. */
const openIds = new WeakMap<CloudHost, Set<string>>();

/** Jobs that wait or run; the store has the last word about each. */
export function openJobs(host: CloudHost): Resource[] {
  const ids = idsOf(host);
  return [...ids].flatMap((id) => {
    const job = host.resources.get(id);
    if (job !== undefined && !hasEnded(statusOf(job))) return [job];
    ids.delete(id);
    return [];
  });
}

export function noteOpen(host: CloudHost, jobId: string): void {
  idsOf(host).add(jobId);
}

function idsOf(host: CloudHost): Set<string> {
  const known = openIds.get(host);
  if (known !== undefined) return known;
  const jobs = host.resources.ofType(`${WORKSPACE}/jobs`).filter((job) => !hasEnded(statusOf(job)));
  const ids = new Set(jobs.map(({ id }) => id));
  openIds.set(host, ids);
  return ids;
}
