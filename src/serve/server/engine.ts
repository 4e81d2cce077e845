import { ModelFault } from "../fault.ts";
import type { Evaluator } from "./evaluator.ts";
import { Unsupported } from "./own/kernel.ts";
import { createOwnEvaluator } from "./own/own-evaluator.ts";

/** `auto` takes the own evaluators where they can compute the model, and ONNX Runtime for every other. */
export const ENGINES = ["auto", "own", "onnxruntime"] as const;

export type Engine = (typeof ENGINES)[number];

/** Threads for ONNX Runtime: 0 runs it in the event loop; `auto` does for light models and takes the usable cores for heavy ones. */
export type Threads = number | "auto";

export interface ChosenEngine {
  readonly evaluator: Evaluator;
  /** Why not the own evaluators, when `auto` asked them. */
  readonly reason?: string;
}

/** Throws a `ModelFault` when the engine that was asked for cannot compute the model. */
export async function chooseEngine(
  engine: Engine,
  model: Uint8Array,
  place: string,
  threads: Threads = 0,
  cores?: number,
): Promise<ChosenEngine> {
  // Loaded only where it is needed: a model that is computed here starts without it.
  const runtime = async () => (await import("./runtime.ts")).createRuntime(model, place, threads, cores);
  if (engine === "onnxruntime") return { evaluator: await runtime() };
  try {
    return { evaluator: createOwnEvaluator(model) };
  } catch (cause) {
    if (!(cause instanceof Unsupported)) throw cause;
    if (engine === "auto") return { evaluator: await runtime(), reason: cause.message };
    throw new ModelFault(
      "serve.engine",
      `${place} cannot be computed by the own evaluators (${cause.message}); serve it with --engine auto or onnxruntime`,
      cause,
    );
  }
}
