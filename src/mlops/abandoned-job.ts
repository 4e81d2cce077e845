import { cancelJob, type Workspace } from "../arm/index.ts";
import { QuaysideError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";

/**
 * Cancels a job that is followed no more, because a pipeline that ends must not leave a training behind that runs, or will run,
 * and is billed. What came of it is said with the reason, which is given back.
 */
export async function abandonJob(workspace: Workspace, job: string, reason: unknown, context: PipelineContext): Promise<unknown> {
  const failed = await cancelJob(workspace, job).then(
    () => undefined,
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
  if (failed !== undefined)
    context.reporter.emit("warning", {
      code: "mlops.job-not-cancelled",
      message: `job ${job} could not be cancelled, and may run and be billed: ${failed}`,
    });
  if (!(reason instanceof QuaysideError) || context.signal.aborted) return reason;
  const { message, code, fault, hint, exitCode } = reason;
  return new QuaysideError(`${message}; the job ${failed === undefined ? "was cancelled" : "could not be cancelled"}`, {
    code,
    fault,
    exitCode,
    cause: reason,
    ...(hint === undefined ? {} : { hint }),
  });
}
