import type { Clock } from "../base/index.ts";
import type { Reporter } from "../report/index.ts";

/** What every step of the pipeline gets from its caller. */
export interface PipelineContext {
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How often to ask Azure how far it is. */
  readonly pollMs: number;
  /** Short unique text for names of jobs. */
  readonly newId: () => string;
}
