import type { Resource } from "../../../contract.ts";
import { textAt } from "../../common/body.ts";

/** The statuses that a job of the embedded Azure goes through, in order. */
export type JobStatus =
  | "NotStarted"
  | "Queued"
  | "Preparing"
  | "Running"
  | "Finalizing"
  | "CancelRequested"
  | "Completed"
  | "Failed"
  | "Canceled";

const ENDED: readonly string[] = ["Completed", "Failed", "Canceled"];

export function statusOf(job: Resource): JobStatus {
  return (textAt(job.properties, "status") ?? "NotStarted") as JobStatus;
}

export const hasEnded = (status: string): boolean => ENDED.includes(status);
