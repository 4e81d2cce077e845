import type { JsonValue } from "../../base/index.ts";
import { systemClock } from "../../base/index.ts";
import type { Program } from "../../ir/index.ts";
import type { ModelPlan } from "../../mlops/index.ts";
import type { OperationContext } from "../../ops/index.ts";
import type { Workbench } from "../context.ts";
import type { Session } from "../session.ts";

/** What a run of the main job is about, read and checked before anything is made. */
export interface Job {
  readonly program: Program;
  readonly parameters: Record<string, JsonValue>;
  readonly plan: ModelPlan;
  readonly session: Session;
  readonly bench: Workbench;
  readonly cloudReadyMs: number;
  readonly cloud: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** The objects of the cluster are somebody else's to apply: Flux, or `kubectl`. */
  readonly skipKubernetes: boolean;
}

export function operations(session: Session, bench: Workbench): OperationContext {
  return { reporter: bench.renderer, clock: systemClock, signal: bench.signal, pollMs: session.pollMs };
}

/** Milliseconds since the process began. */
export function elapsed(): number {
  return performance.now();
}
