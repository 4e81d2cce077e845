import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { ModelFault } from "../fault.ts";
import type { Evaluator } from "./evaluator.ts";
import type { TensorSpec, Tensors } from "./tensor.ts";

/** To a worker: a run, or the end. */
export interface WorkerRequest {
  readonly id: number;
  readonly inputs: Tensors;
}

/** From a worker: what the model takes and gives, once; then the end of each run. */
export type WorkerMessage =
  | { readonly ready: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] } }
  | { readonly fault: { readonly code: string; readonly message: string } }
  | { readonly id: number; readonly outputs: Tensors }
  | { readonly id: number; readonly error: string };

/**
 * ONNX Runtime in threads of its own, each with its own session (sessions cannot be shared): for models whose runs would hold
 * the event loop. Tensors are copied to the thread and moved back.
 */
export async function createWorkerEvaluator(model: Uint8Array, place: string, threads: number): Promise<Evaluator> {
  const workers = await Promise.all(Array.from({ length: threads }, () => startWorker(model, place)));
  const [first] = workers;
  if (first === undefined) throw new RangeError("no threads");
  return {
    engine: "onnxruntime",
    inputs: first.inputs,
    outputs: first.outputs,
    offLoop: true,
    concurrency: threads,
    run(inputs) {
      const free = workers.reduce((least, one) => (one.running() < least.running() ? one : least), first);
      return free.run(inputs);
    },
    close: async () => void (await Promise.all(workers.map((one) => one.close()))),
  };
}

interface StartedWorker {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  running(): number;
  run(inputs: Tensors): Promise<Tensors>;
  close(): Promise<void>;
}

function startWorker(model: Uint8Array, place: string): Promise<StartedWorker> {
  // TypeScript in the repository, JavaScript once the package is built.
  const file = new URL(`./onnx-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { model, place } });
  const waiting = new Map<number, { resolve(outputs: Tensors): void; reject(cause: Error): void }>();
  let next = 0;

  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if ("ready" in message) resolve({ ...message.ready, running: () => waiting.size, run, close });
      else if ("fault" in message) reject(new ModelFault(message.fault.code, message.fault.message));
      else {
        const one = waiting.get(message.id);
        waiting.delete(message.id);
        if ("outputs" in message) one?.resolve(message.outputs);
        else one?.reject(new Error(message.error));
      }
    });
    // A thread that dies takes its runs with it; the process goes on and says so on every request.
    worker.on("error", (cause: Error) => {
      reject(cause);
      for (const one of waiting.values()) one.reject(cause);
      waiting.clear();
    });
  });

  function run(inputs: Tensors): Promise<Tensors> {
    return new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, inputs } satisfies WorkerRequest);
    });
  }

  async function close(): Promise<void> {
    await worker.terminate();
  }
}
