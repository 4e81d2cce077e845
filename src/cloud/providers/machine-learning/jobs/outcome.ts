import { ArmFault, type Resource } from "../../../contract.ts";
import { textAt } from "../../common/body.ts";
import type { JobFolder } from "./files.ts";
import { lastLines } from "./log-end.ts";
import type { JobProcess } from "./process.ts";
import type { JobRecord } from "./record.ts";
import { durationMs } from "./reference.ts";

/** How a job ended and why. */
export interface Outcome {
  readonly status: "Completed" | "Failed" | "Canceled";
  readonly exitCode?: number;
  readonly error?: NonNullable<JobRecord["error"]>;
}

const ERROR_TAIL_LINES = 5;
/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Waits for the process; ends it when the job is cancelled or its limit is over. */
export async function follow(job: Resource, started: JobProcess, signal: AbortSignal): Promise<Outcome> {
  const limit = durationMs(textAt(job.properties, "limits.timeout") ?? "");
  let timedOut = false;
  const timer =
    limit === undefined
      ? undefined
      : setTimeout(
          () => {
            timedOut = true;
            started.end();
          },
          Math.min(limit, LONGEST_MS),
        );
  const cancel = () => started.end();
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const { exitCode, signal: killedBy } = await started.ended;
    if (timedOut) {
      const timeout = textAt(job.properties, "limits.timeout") ?? "";
      return { status: "Failed", error: { code: "JobTimedOut", message: `the job ran longer than its limit of ${timeout}` } };
    }
    if (signal.aborted) return { status: "Canceled" };
    if (exitCode === 0) return { status: "Completed", exitCode };
    const how = exitCode === null ? `was ended by ${killedBy ?? "a signal"}` : `exited with code ${exitCode}`;
    return {
      status: "Failed",
      ...(exitCode === null ? {} : { exitCode }),
      error: { code: "UserError", message: `the command ${how}` },
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

/** The last lines of the log belong to the error: they are what people look for first. */
export function explain(outcome: Outcome, folder: JobFolder): Outcome {
  const lines = lastLines(folder.log, ERROR_TAIL_LINES, "kept").join("\n").trimEnd();
  const { code, message } = outcome.error ?? { code: "UserError", message: "the command failed" };
  return lines === "" ? outcome : { ...outcome, error: { code, message: `${message}; its last lines were:\n${lines}` } };
}

export function failure(error: unknown): Outcome {
  if (error instanceof ArmFault) return { status: "Failed", error: { code: error.code, message: error.message } };
  const message = error instanceof Error ? error.message : String(error);
  return { status: "Failed", error: { code: "SystemError", message: `the job could not be run: ${message}` } };
}
