import { QuaysideError } from "../report/index.ts";

/** What is waited for, and for how long at most. */
export interface TimeLimit {
  /** A noun with its name: `deployment platform`. */
  readonly what: string;
  readonly ms: number;
  /** What becomes of it then, where whoever waits does not let it go on. */
  readonly becomes?: string;
  /** How to look after it, or to give it longer. */
  readonly hint: string;
}

/** Node's timers hold no more than a signed 32-bit number of milliseconds (24 days), and fire at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends a wait whose end may never come. What runs on Azure goes on there unless the caller ends it; the waiting ends with `arm.wait-too-long`. */
export async function waitWithin<T>(
  { what, ms, hint, becomes = "it goes on without us" }: TimeLimit,
  signal: AbortSignal | undefined,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(
    () =>
      limit.abort(
        new QuaysideError(`${what} did not end within ${minutes(ms)}; ${becomes}`, {
          code: "arm.wait-too-long",
          fault: "azure",
          hint,
        }),
      ),
    Math.min(ms, LONGEST_TIMER_MS),
  );
  try {
    return await wait(signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    // Libraries reject with an AbortError of their own instead of the signal's reason.
    throw limit.signal.aborted && signal?.aborted !== true ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} min`;
}
