import { VERSION } from "./version.ts";

/**
 * Prometheus text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 * Series are plain objects that the hot path keeps and bumps; labels are turned into text once, when a series is made.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  value: number;
}

export interface Histogram {
  observe(value: number): void;
}

/** What a gauge is over several processes behind one port; everything else adds up. */
export type GaugeMerge = "sum" | "min" | "max";

/** One metric with its samples, as it is scraped or handed to another process: `[series, value]`, where a series is the text before the value. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly merge: GaugeMerge;
  readonly samples: readonly (readonly [series: string, value: number])[];
}

export interface Metrics {
  /** The same series for the same labels; it starts at 0, so that `rate()` sees the first event. */
  counter(name: string, help: string, labels: Labels): Counter;
  /** Read when scraped: a value that can fall. */
  gauge(name: string, help: string, labels: Labels, read: () => number, merge?: GaugeMerge): void;
  /** Read when scraped: a count that somebody else keeps. */
  reading(name: string, help: string, labels: Labels, read: () => number): void;
  histogram(name: string, help: string, labels: Labels, bounds: readonly number[]): Histogram;
  /** Everything as it is now. */
  families(): Family[];
}

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Seconds; dense where a model server lives (0.25 ms to 100 ms). */
export const DURATION_BOUNDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One series of a family: a value, or the buckets, the sum and the count of a histogram. */
type Read = () => Family["samples"];

export function createMetrics(): Metrics {
  const families = new Map<string, Omit<Family, "samples"> & { readonly series: Map<string, Read> }>();
  const made = new Map<string, Counter | Histogram>();

  function add(name: string, help: string, type: Family["type"], series: string, read: Read, merge: GaugeMerge = "sum"): void {
    const family = families.get(name) ?? { name, help, type, merge, series: new Map<string, Read>() };
    families.set(name, family);
    family.series.set(series, read);
  }

  return {
    counter(name, help, labels) {
      const series = name + labelText(labels);
      const known = made.get(series);
      if (known !== undefined) return known as Counter;
      const counter: Counter = { value: 0 };
      made.set(series, counter);
      add(name, help, "counter", series, () => [[series, counter.value]]);
      return counter;
    },
    gauge(name, help, labels, read, merge) {
      const series = name + labelText(labels);
      add(name, help, "gauge", series, () => [[series, read()]], merge);
    },
    reading(name, help, labels, read) {
      const series = name + labelText(labels);
      add(name, help, "counter", series, () => [[series, read()]]);
    },
    histogram(name, help, labels, bounds) {
      const series = name + labelText(labels);
      const known = made.get(series);
      if (known !== undefined) return known as Histogram;
      const histogram = createHistogram(name, labels, bounds);
      made.set(series, histogram);
      add(name, help, "histogram", series, histogram.samples);
      return histogram;
    },
    families: () =>
      [...families.values()].map(({ series, ...family }) => ({
        ...family,
        samples: [...series.values()].flatMap((read) => read()),
      })),
  };
}

export function metricsText(families: readonly Family[]): string {
  let out = "";
  for (const { name, help, type, samples } of families) {
    out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [series, value] of samples) out += `${series} ${value}\n`;
  }
  return out;
}

/** Which build answers; by convention a gauge that is always 1. */
export function addBuildInfo(metrics: Metrics): void {
  metrics.gauge(
    "quayside_build_info",
    "The running build; the value is always 1.",
    { version: VERSION, node: process.versions.node },
    () => 1,
    "max",
  );
}

/** Resident memory, processor time and start of this process, under the names that every Prometheus client library uses. */
export function addProcessMetrics(metrics: Metrics): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  metrics.gauge(
    "process_start_time_seconds",
    "Start time of the process since the epoch in seconds.",
    {},
    () => startedAt,
    "min",
  );
  metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", {}, () => process.memoryUsage.rss());
  metrics.reading("process_cpu_seconds_total", "User and system processor time spent in seconds.", {}, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

function createHistogram(name: string, labels: Labels, bounds: readonly number[]): Histogram & { readonly samples: Read } {
  const counts = new Float64Array(bounds.length + 1);
  const buckets = [...counts.keys()].map((at) => `${name}_bucket${labelText({ ...labels, le: String(bounds[at] ?? "+Inf") })}`);
  let sum = 0;
  return {
    observe(value) {
      let at = 0;
      while (at < bounds.length && value > (bounds[at] ?? 0)) at++;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += value;
    },
    samples() {
      let cumulative = 0;
      const samples = buckets.map((series, at): [string, number] => [series, (cumulative += counts[at] ?? 0)]);
      return [...samples, [`${name}_sum${labelText(labels)}`, sum], [`${name}_count${labelText(labels)}`, cumulative]];
    },
  };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
