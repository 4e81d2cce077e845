import type { Clock } from "../base/index.ts";
import type { Reporter } from "../report/index.ts";

/** What every operation gets from its caller. */
export interface OperationContext {
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How often to ask Azure how far it is. */
  readonly pollMs: number;
}
