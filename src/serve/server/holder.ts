import { BATCH_DEFAULTS, type BatchOptions, createBatcher } from "./batcher.ts";
import type { Collector } from "./collection/collector.ts";
import { loadModel, type Model } from "./model.ts";
import type { ModelServerOptions } from "./model-server.ts";
import type { Loaded } from "./routes.ts";
import type { Runs } from "./runs.ts";
import { warmUp } from "./warm-up.ts";

/** The model of a process over its life: loaded, loaded again, unloaded. */
export interface Holder {
  loaded(): Loaded | undefined;
  state(): "READY" | "LOADING" | "UNAVAILABLE";
  /** A model that answers its warm-up, beside the one that serves. Throws a `ModelFault`. */
  prepare(): Promise<Loaded>;
  /** Serves it from now on; the old one goes when it has answered whoever asked it. */
  commit(next: Loaded): Promise<void>;
  unload(): Promise<void>;
}

/** How often a replaced model is asked whether it has finished. */
const RETIRE_POLL_MS = 5;

export function createHolder(options: ModelServerOptions, runs: Runs, changed: (loaded: Loaded) => void): Holder {
  let loaded: Loaded | undefined;
  let unloaded = false;

  async function replace(next: Loaded | undefined): Promise<void> {
    const old = loaded;
    loaded = next;
    if (old === undefined) return;
    while (old.batcher.pendingRows() > 0) await new Promise((resolve) => setTimeout(resolve, RETIRE_POLL_MS));
    await old.model.evaluator.close();
  }

  return {
    loaded: () => loaded,
    state: () => (loaded !== undefined ? "READY" : unloaded ? "UNAVAILABLE" : "LOADING"),
    async prepare() {
      const model = await loadModel(options);
      options.collector?.check(model);
      await warmUp(model);
      return { model, batcher: createBatcher(model.evaluator, batchOptions(options, model, runs)) };
    },
    async commit(next) {
      unloaded = false;
      await replace(next);
      changed(next);
    },
    async unload() {
      unloaded = true;
      await replace(undefined);
    },
  };
}

function batchOptions(options: ModelServerOptions, model: Model, runs: Runs): BatchOptions {
  const { maxBatchRows, maxBatchWaitMs, targetP99Ms, deadlineMs, collector } = options;
  return {
    ...BATCH_DEFAULTS,
    maxRows: maxBatchRows,
    maxWaitMs: maxBatchWaitMs,
    targetP99Ms,
    deadlineMs,
    runs,
    ...(collector === undefined ? {} : { observe: observer(collector, model) }),
  };
}

function observer(collector: Collector, model: Model): NonNullable<BatchOptions["observe"]> {
  return (ids, inputs, outputs) => collector.predicted({ model, ids, inputs, outputs });
}
