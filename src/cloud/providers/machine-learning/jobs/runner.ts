import { availableParallelism } from "node:os";
import { idKey } from "../../../../azure/index.ts";
import { ArmFault, type CloudHost, type Resource } from "../../../contract.ts";
import { numberAt, textAt } from "../../common/body.ts";
import { roomForNode } from "../allocation.ts";
import { keptNodes } from "../cluster-nodes.ts";
import { isKubernetes } from "../computes.ts";
import { CLUSTER } from "../kubernetes-attach.ts";
import { WORKSPACE } from "../versions.ts";
import { hasEnded, statusOf } from "./job-status.ts";
import { setStatus } from "./record.ts";
import { end, type JobRun, startRun } from "./run.ts";

/** Runs jobs as processes, at most as many at once on a compute as it may have nodes; owns those processes. */
export class JobRunner {
  readonly #host: CloudHost;
  readonly #running = new Map<string, JobRun>();
  #queue: string[] = [];
  #stopped = false;

  constructor(host: CloudHost) {
    this.#host = host;
  }

  /** Queues a job that has just been stored. */
  submit(job: Resource): void {
    setStatus(this.#host, job.id, "Queued");
    this.#queue.push(job.id);
    this.#pump();
  }

  /** Resolves when the job is in its last status. */
  async cancel(jobId: string): Promise<void> {
    const job = this.#host.resources.get(jobId);
    if (job === undefined || hasEnded(statusOf(job))) return;
    const run = this.#running.get(idKey(jobId));
    if (run === undefined) {
      this.#queue = this.#queue.filter((queued) => idKey(queued) !== idKey(jobId));
      return end(this.#host, job, "Canceled");
    }
    setStatus(this.#host, jobId, "CancelRequested");
    run.cancel();
    await run.ended;
  }

  /** For a job that is deleted: nothing of it goes on. */
  async forget(jobId: string): Promise<void> {
    this.#queue = this.#queue.filter((queued) => idKey(queued) !== idKey(jobId));
    await this.#running.get(idKey(jobId))?.abandon();
  }

  /** After a start: jobs that waited go on waiting; those that ran died with the cloud, and say so. */
  resume(): void {
    for (const job of this.#host.resources.ofType(`${WORKSPACE}/jobs`)) {
      const status = statusOf(job);
      if (hasEnded(status)) continue;
      if (status === "NotStarted" || status === "Queued") this.#queue.push(job.id);
      else if (status === "CancelRequested") end(this.#host, job, "Canceled");
      else
        end(this.#host, job, "Failed", {
          error: {
            code: "ServiceError",
            message: `the embedded Azure was stopped while the job was ${status}, and its process ended with it; submit the job again`,
          },
        });
    }
    this.#pump();
  }

  /** Jobs that were started and have not ended: some still fetch what their commands need, or write away what came of them. */
  get running(): readonly JobRun[] {
    return [...this.#running.values()];
  }

  retry(): void {
    this.#pump();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#running.values()].map((run) => run.abandon()));
  }

  #pump(): void {
    if (this.#stopped) return;
    const waiting: string[] = [];
    for (const jobId of this.#queue) if (!this.#tryStart(jobId)) waiting.push(jobId);
    this.#queue = waiting;
  }

  /** False when the job has to wait. */
  #tryStart(jobId: string): boolean {
    const job = this.#host.resources.get(jobId);
    if (job === undefined) return true;
    const compute = this.#host.resources.get(textAt(job.properties, "computeId") ?? "");
    if (compute === undefined) {
      end(this.#host, job, "Failed", {
        error: { code: "ComputeNotFound", message: "the compute of the job was removed while it waited" },
      });
      return true;
    }
    const busy = [...this.#running.values()].filter((run) => idKey(this.#computeIdOf(run.jobId)) === idKey(compute.id)).length;
    if (busy >= capacity(this.#host, compute)) return false;
    if (!isKubernetes(compute) && busy >= keptNodes(compute)) {
      const room = roomForNode(this.#host, compute);
      if (room === "later") return false;
      if (room instanceof ArmFault) {
        end(this.#host, job, "Failed", { error: { code: room.code, message: room.message } });
        return true;
      }
    }
    const run = startRun(this.#host, job, compute);
    this.#running.set(idKey(jobId), run);
    void run.ended.then(() => {
      this.#running.delete(idKey(jobId));
      this.#pump();
    });
    return true;
  }

  #computeIdOf(jobId: string): string {
    return textAt(this.#host.resources.get(jobId)?.properties, "computeId") ?? "";
  }
}

/** Nodes that a compute can have: one job takes one. A cluster lends its user pools. */
function capacity(host: CloudHost, compute: Resource): number {
  if (!isKubernetes(compute)) return numberAt(compute.properties, "properties.scaleSettings.maxNodeCount") ?? 0;
  const pools = host.resources
    .below(textAt(compute.properties, "resourceId") ?? "", `${CLUSTER}/agentPools`)
    .filter((pool) => textAt(pool.properties, "mode")?.toLowerCase() === "user")
    .map((pool) => numberAt(pool.properties, "maxCount") ?? numberAt(pool.properties, "count") ?? 0);
  return pools.length === 0
    ? availableParallelism()
    : Math.max(
        1,
        pools.reduce((sum, nodes) => sum + nodes, 0),
      );
}
