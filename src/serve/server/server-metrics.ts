import { addBuildInfo, addProcessMetrics, createMetrics, type Metrics } from "../metrics.ts";
import type { Collector } from "./collection/collector.ts";
import type { Loaded } from "./routes.ts";
import type { Runs } from "./runs.ts";

interface Served {
  readonly name: string;
  readonly version: string;
  readonly collector?: Collector;
}

/** Everything that `/metrics` says of one process besides its requests. */
export function createServerMetrics({ name, version, collector }: Served, runs: Runs, loaded: () => Loaded | undefined): Metrics {
  const metrics = createMetrics();
  const labels = { model: name, version };
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  if (collector !== undefined) addCollectorMetrics(metrics, labels, collector);
  metrics.reading(
    "quayside_model_runs_total",
    "Runs of the model; fewer than requests when requests shared a run.",
    labels,
    () => runs.count,
  );
  metrics.reading("quayside_model_rows_total", "Rows that the model has computed.", labels, () => runs.rows);
  metrics.gauge(
    "quayside_model_pending_rows",
    "Rows that wait or are being computed.",
    labels,
    () => loaded()?.batcher.pendingRows() ?? 0,
  );
  metrics.gauge(
    "quayside_model_batch_row_limit",
    "The most rows of a run at the moment.",
    labels,
    () => loaded()?.batcher.rowLimit() ?? 0,
    "min",
  );
  return metrics;
}

/** Which engine computes the model; one that did before stays, with 0. */
export function addModelInfo(metrics: Metrics, { model }: Loaded, loaded: () => Loaded | undefined): void {
  const { name, version, evaluator } = model;
  const { engine } = evaluator;
  metrics.gauge(
    "quayside_model_info",
    "The served model; the value is 1 while it is loaded.",
    { model: name, version, engine },
    () => (loaded()?.model.evaluator.engine === engine ? 1 : 0),
    "max",
  );
}

const OUTCOMES = { collected: "collected", dropped: "dropped", sampledOut: "sampled-out", failed: "failed" } as const;

function addCollectorMetrics(
  metrics: Metrics,
  labels: { readonly model: string; readonly version: string },
  { counts }: Collector,
): void {
  const help = "Requests by what became of their collection; dropped ones found the queue full.";
  for (const [key, outcome] of Object.entries(OUTCOMES))
    metrics.reading(
      "quayside_collected_requests_total",
      help,
      { ...labels, outcome },
      () => counts[key as keyof typeof OUTCOMES],
    );
}
