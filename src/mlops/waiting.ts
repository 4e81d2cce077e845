import { ArmError, nodeErrors, type Workspace } from "../arm/index.ts";
import { QuaysideError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";

/** How long a cluster may fail to start a node for a job that waits: other jobs may end meanwhile, and take their nodes with them. */
const PATIENCE_MS = 15 * 60_000;

/**
 * For a job that waits: looks at its cluster, tells at once why no node starts, and gives up when that does not change.
 * Azure ML itself leaves such a job Queued for ever, with the reason on the cluster alone.
 */
export function watchNodes(workspace: Workspace, compute: string, job: string, context: PipelineContext): () => Promise<void> {
  let told = "";
  let since: number | undefined;
  return async () => {
    const [first] = await nodeErrors(workspace, compute, context.signal).catch((error: unknown) => {
      if (error instanceof ArmError) return []; // whoever may run jobs may not always read computes
      throw error;
    });
    if (first === undefined) {
      since = undefined;
      return;
    }
    const now = context.clock.now();
    since ??= now;
    const reason = `${first.code}: ${first.message}`;
    if (told !== first.code) {
      context.reporter.emit("warning", {
        code: "mlops.no-nodes",
        message: `compute ${compute} starts no node for job ${job}: ${reason}`,
      });
    }
    told = first.code;
    if (now - since < PATIENCE_MS) return;
    throw new QuaysideError(
      `compute ${compute} starts no node for job ${job}: ${reason}; the job was cancelled after ${Math.round((now - since) / 60_000)} min`,
      {
        code: "mlops.no-nodes",
        fault: "user",
        hint: "ask for more quota of Azure ML (portal: Quotas), or name another compute in job.yml",
      },
    );
  };
}

export const isWithoutNodes = (error: unknown): boolean => error instanceof QuaysideError && error.code === "mlops.no-nodes";
