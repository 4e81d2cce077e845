import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { ModelFault } from "../fault.ts";
import type { Evaluator } from "./evaluator.ts";
import type { TensorSpec, Tensors } from "./tensor.ts";

/** To a worker: a run. */
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

/** A thread with a session of its own. */
export interface Thread {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  running(): number;
  run(inputs: Tensors): Promise<Tensors>;
  /** Resolves when the thread is gone, whatever the reason. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** How long a thread that died is missing. */
const REPLACE_AFTER_MS = 1_000;

/**
 * ONNX Runtime in threads of its own, each with its own session (sessions cannot be shared): for models whose runs would hold
 * the event loop. Tensors are copied to the thread and moved back. A thread that dies takes its runs with it and is replaced.
 */
export async function createWorkerEvaluator(
  model: Uint8Array,
  place: string,
  threads: number,
  start: (model: Uint8Array, place: string) => Promise<Thread> = startThread,
): Promise<Evaluator> {
  const living = new Set(await Promise.all(Array.from({ length: threads }, () => start(model, place))));
  const [first] = living;
  if (first === undefined) throw new RangeError("no threads");
  const { inputs, outputs } = first;
  let closed = false;
  for (const thread of living) watch(thread);

  function watch(thread: Thread): void {
    void thread.ended.then(() => {
      living.delete(thread);
      replaceLater();
    });
  }

  function replaceLater(): void {
    if (closed) return;
    setTimeout(() => {
      if (!closed) start(model, place).then(join, replaceLater);
    }, REPLACE_AFTER_MS).unref();
  }

  function join(thread: Thread): void {
    if (closed) return void thread.close();
    living.add(thread);
    watch(thread);
  }

  return {
    engine: "onnxruntime",
    inputs,
    outputs,
    offLoop: true,
    concurrency: threads,
    run(given) {
      let free: Thread | undefined;
      for (const thread of living) if (free === undefined || thread.running() < free.running()) free = thread;
      return free === undefined
        ? Promise.reject(new Error("the model's threads have died; they are being replaced"))
        : free.run(given);
    },
    async close() {
      closed = true;
      await Promise.all([...living].map((thread) => thread.close()));
    },
  };
}

function startThread(model: Uint8Array, place: string): Promise<Thread> {
  // TypeScript in the repository, JavaScript once the package is built.
  const file = new URL(`./onnx-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { model, place } });
  const waiting = new Map<number, { resolve(outputs: Tensors): void; reject(cause: Error): void }>();
  const ended = Promise.withResolvers<void>();
  let next = 0;

  function fail(cause: Error): void {
    for (const one of waiting.values()) one.reject(cause);
    waiting.clear();
  }

  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if ("ready" in message) resolve({ ...message.ready, running: () => waiting.size, run, close, ended: ended.promise });
      else if ("fault" in message) reject(new ModelFault(message.fault.code, message.fault.message));
      else {
        const one = waiting.get(message.id);
        waiting.delete(message.id);
        if ("outputs" in message) one?.resolve(message.outputs);
        else one?.reject(new Error(message.error));
      }
    });
    worker.on("error", (cause: Error) => {
      reject(cause);
      fail(cause);
    });
    worker.on("exit", (code) => {
      const cause = new Error(`the model's thread has ended (exit code ${code})`);
      reject(cause);
      fail(cause);
      ended.resolve();
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
