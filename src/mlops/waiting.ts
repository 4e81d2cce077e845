import { ArmError, trainingNodes, type Workspace } from "../arm/index.ts";
import { QuaysideError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";

/** How long a cluster without a node may fail to start one for a job that waits: other clusters may let go of theirs meanwhile. */
const PATIENCE_MS = 15 * 60_000;

/**
 * For a job that waits: looks at its cluster, tells at once why no node starts, and throws when for a quarter of an hour there
 * is none and the reason stays. While nodes are there, the job queues for them. Azure ML itself leaves such a job Queued for
 * ever, with the reason on the cluster alone.
 */
export function watchNodes(workspace: Workspace, compute: string, job: string, context: PipelineContext): () => Promise<void> {
  let told = "";
  let since: number | undefined;
  return async () => {
    const seen = await trainingNodes(workspace, compute, context.signal).catch((error: unknown) => {
      if (error instanceof ArmError) return undefined; // whoever may run jobs may not always read computes
      throw error;
    });
    if (seen === undefined) return;
    const { there, errors } = seen;
    const [first] = errors;
    const isNew = first?.code !== told;
    told = first?.code ?? "";
    if (first === undefined) {
      since = undefined;
      return;
    }
    const reason = `${first.code}: ${first.message}`;
    if (isNew)
      context.reporter.emit("warning", {
        code: "mlops.no-nodes",
        message: `compute ${compute} starts no node for job ${job}: ${reason}`,
      });
    if (there > 0) {
      since = undefined;
      return;
    }
    const now = context.clock.now();
    if (isNew) since = undefined;
    since ??= now;
    if (now - since < PATIENCE_MS) return;
    const minutes = Math.round((now - since) / 60_000);
    throw new QuaysideError(`compute ${compute} starts no node for job ${job}: ${reason}; so it was for ${minutes} min`, {
      code: "mlops.no-nodes",
      fault: "user",
      hint: "ask for more quota of Azure ML (portal: Quotas), or name another compute in job.yml",
    });
  };
}
