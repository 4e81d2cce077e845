import { RequestFault } from "../fault.ts";

/**
 * Refuses a request whose turn would come after its deadline: now, while its caller can still go elsewhere, instead of with a
 * time-out when the work has been done for nobody.
 */
export function admit(waitMs: number, deadlineMs: number): void {
  if (waitMs <= deadlineMs) return;
  const seconds = Math.max(1, Math.ceil((waitMs - deadlineMs) / 1000));
  throw new RequestFault(
    429,
    "serve.overloaded",
    `the rows before this request take about ${Math.round(waitMs)} ms; a request may wait ${deadlineMs} ms, try again in ${seconds} s`,
    { "retry-after": String(seconds) },
  );
}
