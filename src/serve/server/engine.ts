import { ModelFault } from "../fault.ts";
import { usableCores } from "./cores.ts";
import type { Evaluator } from "./evaluator.ts";
import { createOnnxEvaluator } from "./onnx-evaluator.ts";
import { Unsupported } from "./own/kernel.ts";
import { createOwnEvaluator } from "./own/own-evaluator.ts";
import { zeroRow } from "./warm-up.ts";
import { createWorkerEvaluator } from "./worker-evaluator.ts";

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
): Promise<ChosenEngine> {
  if (engine === "onnxruntime") return { evaluator: await createRuntime(model, place, threads) };
  try {
    return { evaluator: createOwnEvaluator(model) };
  } catch (cause) {
    if (!(cause instanceof Unsupported)) throw cause;
    if (engine === "auto") return { evaluator: await createRuntime(model, place, threads), reason: cause.message };
    throw new ModelFault(
      "serve.engine",
      `${place} cannot be computed by the own evaluators (${cause.message}); serve it with --engine auto or onnxruntime`,
      cause,
    );
  }
}

/** One row that takes longer holds the event loop for too long. */
const HEAVY_MS = 5;

async function createRuntime(model: Uint8Array, place: string, threads: Threads): Promise<Evaluator> {
  if (typeof threads === "number" && threads > 0) return createWorkerEvaluator(model, place, threads);
  const inLoop = await createOnnxEvaluator(model, place);
  if (threads === 0 || (await rowMs(inLoop)) <= HEAVY_MS) return inLoop;
  await inLoop.close();
  return createWorkerEvaluator(model, place, usableCores());
}

/** What a row of zeros takes, the better of two: the first run also makes the session's memory. A model that cannot is not heavy. */
async function rowMs(evaluator: Evaluator): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  try {
    for (let turn = 0; turn < 2; turn++) {
      const started = performance.now();
      await evaluator.run(zeroRow(evaluator));
      best = Math.min(best, performance.now() - started);
    }
  } catch {
    return 0;
  }
  return best;
}
