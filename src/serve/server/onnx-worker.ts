import { parentPort, workerData } from "node:worker_threads";
import { ModelFault } from "../fault.ts";
import { createOnnxEvaluator } from "./onnx-evaluator.ts";
import type { WorkerMessage, WorkerRequest } from "./worker-evaluator.ts";

// A thread that runs one ONNX session; see `worker-evaluator.ts`.
const { model, place } = workerData as { readonly model: Uint8Array; readonly place: string };
const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);

try {
  const evaluator = await createOnnxEvaluator(model, place);
  const answer = async ({ id, inputs }: WorkerRequest): Promise<void> => {
    try {
      tell({ id, outputs: await evaluator.run(inputs) });
    } catch (cause) {
      tell({ id, error: cause instanceof Error ? cause.message : String(cause) });
    }
  };
  parentPort?.on("message", (request: WorkerRequest) => void answer(request));
  tell({ ready: { inputs: evaluator.inputs, outputs: evaluator.outputs } });
} catch (cause) {
  if (!(cause instanceof ModelFault)) throw cause;
  tell({ fault: { code: cause.code, message: cause.message } });
}
