import { type Counter, DURATION_BOUNDS, type Histogram, type Metrics } from "../metrics.ts";
import type { RouteName } from "./routes.ts";

export interface RequestMetrics {
  done(route: RouteName, status: number, seconds: number): void;
}

/** Routes that run the model: these have their usual codes from the start, so that the first failure is an increase. */
const PREDICTING: readonly RouteName[] = ["score", "infer", "invocations", "predict"];
const USUAL_CODES = [200, 400, 500];

export function createRequestMetrics(metrics: Metrics, model: string, version: string): RequestMetrics {
  const labels = { model, version };
  const counters = new Map<RouteName, Counter[]>();
  const durations = new Map<RouteName, Histogram>();

  function counter(route: RouteName, status: number): Counter {
    const known = counters.get(route) ?? [];
    counters.set(route, known);
    return (known[status] ??= metrics.counter("quayside_requests_total", "Answered requests.", {
      ...labels,
      route,
      code: String(status),
    }));
  }

  for (const route of PREDICTING) {
    for (const code of USUAL_CODES) counter(route, code);
    durations.set(
      route,
      metrics.histogram(
        "quayside_request_duration_seconds",
        "From the request's headers to its answer.",
        { ...labels, route },
        DURATION_BOUNDS,
      ),
    );
  }
  return {
    done(route, status, seconds) {
      counter(route, status).value++;
      durations.get(route)?.observe(seconds);
    },
  };
}
