import { usableCores } from "./cores.ts";
import type { Threads } from "./engine.ts";
import type { Evaluator } from "./evaluator.ts";
import { createOnnxEvaluator } from "./onnx-evaluator.ts";
import { zeroRow } from "./warm-up.ts";
import { createWorkerEvaluator } from "./worker-evaluator.ts";

/** One row that takes longer holds the event loop for too long. */
const HEAVY_MS = 5;

/** ONNX Runtime where it should run: in the event loop, or in threads because the caller or the model's weight says so. */
export async function createRuntime(
  model: Uint8Array,
  place: string,
  threads: Threads,
  cores = usableCores(),
): Promise<Evaluator> {
  if (typeof threads === "number" && threads > 0) return createWorkerEvaluator(model, place, threads);
  const inLoop = await createOnnxEvaluator(model, place);
  if (threads === 0 || (await rowMs(inLoop)) <= HEAVY_MS) return inLoop;
  await inLoop.close();
  return createWorkerEvaluator(model, place, cores);
}

/** What a row of zeros takes, the best of three, or the first that is light: the first run also makes the session's memory. A model that cannot is not heavy. */
async function rowMs(evaluator: Evaluator): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  try {
    for (let turn = 0; turn < 3 && best > HEAVY_MS; turn++) {
      const started = performance.now();
      await evaluator.run(zeroRow(evaluator));
      best = Math.min(best, performance.now() - started);
    }
  } catch {
    return 0;
  }
  return best;
}
