import type { Runs } from "./runs.ts";

/**
 * Triton's statistics extension: counts and nanoseconds since the start. `inference_count` counts rows, `execution_count` runs
 * of the model: fewer runs than requests prove that requests shared them.
 */
export function statisticsJson(model: { readonly name: string; readonly version: string }, runs: Runs): string {
  return JSON.stringify({ model_stats: [statistics(model, runs)] });
}

function statistics({ name, version }: { readonly name: string; readonly version: string }, runs: Runs) {
  const requests = runs.succeeded + runs.failed;
  return {
    name,
    version,
    last_inference: runs.lastAt,
    inference_count: runs.rows,
    execution_count: runs.count,
    inference_stats: {
      success: duration(runs.succeeded, runs.succeededMs),
      fail: duration(runs.failed, runs.failedMs),
      queue: duration(requests, runs.queuedMs),
      // Reading and writing tensors is not measured apart: both belong to the request's own time.
      compute_input: duration(requests, 0),
      compute_infer: duration(runs.count, runs.computedMs),
      compute_output: duration(requests, 0),
    },
    batch_stats: [...runs.sizes].map(([rows, size]) => ({
      batch_size: rows,
      compute_input: duration(size.count, 0),
      compute_infer: duration(size.count, size.ms),
      compute_output: duration(size.count, 0),
    })),
  };
}

function duration(count: number, ms: number): { readonly count: number; readonly ns: number } {
  return { count, ns: Math.round(ms * 1e6) };
}
