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

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly series: Map<string, () => string>;
}

export interface Metrics {
  /** The same series for the same labels; it starts at 0, so that `rate()` sees the first event. */
  counter(name: string, help: string, labels: Labels): Counter;
  /** Read when scraped: a value that can fall. */
  gauge(name: string, help: string, labels: Labels, read: () => number): void;
  /** Read when scraped: a count that somebody else keeps. */
  reading(name: string, help: string, labels: Labels, read: () => number): void;
  histogram(name: string, help: string, labels: Labels, bounds: readonly number[]): Histogram;
  text(): string;
}

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Seconds; dense where a model server lives (0.25 ms to 100 ms). */
export const DURATION_BOUNDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const made = new Map<string, Counter | Histogram>();

  function family(name: string, help: string, type: Family["type"]): Family {
    const known = families.get(name) ?? { name, help, type, series: new Map() };
    families.set(name, known);
    return known;
  }

  function observed(type: "gauge" | "counter", name: string, help: string, labels: Labels, read: () => number): void {
    const key = name + labelText(labels);
    family(name, help, type).series.set(key, () => `${key} ${read()}\n`);
  }

  return {
    counter(name, help, labels) {
      const key = name + labelText(labels);
      const known = made.get(key);
      if (known !== undefined) return known as Counter;
      const counter: Counter = { value: 0 };
      made.set(key, counter);
      family(name, help, "counter").series.set(key, () => `${key} ${counter.value}\n`);
      return counter;
    },
    gauge: (name, help, labels, read) => observed("gauge", name, help, labels, read),
    reading: (name, help, labels, read) => observed("counter", name, help, labels, read),
    histogram(name, help, labels, bounds) {
      const key = name + labelText(labels);
      const known = made.get(key);
      if (known !== undefined) return known as Histogram;
      const histogram = createHistogram(name, labels, bounds);
      made.set(key, histogram);
      family(name, help, "histogram").series.set(key, () => histogram.text());
      return histogram;
    },
    text() {
      let out = "";
      for (const { name, help, type, series } of families.values()) {
        out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
        for (const print of series.values()) out += print();
      }
      return out;
    },
  };
}

/** Which build answers; by convention a gauge that is always 1. */
export function addBuildInfo(metrics: Metrics): void {
  metrics.gauge(
    "quayside_build_info",
    "The running build; the value is always 1.",
    { version: VERSION, node: process.versions.node },
    () => 1,
  );
}

/** Resident memory, processor time and start of this process, under the names that every Prometheus client library uses. */
export function addProcessMetrics(metrics: Metrics): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  metrics.gauge("process_start_time_seconds", "Start time of the process since the epoch in seconds.", {}, () => startedAt);
  metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", {}, () => process.memoryUsage.rss());
  metrics.reading("process_cpu_seconds_total", "User and system processor time spent in seconds.", {}, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

function createHistogram(name: string, labels: Labels, bounds: readonly number[]): Histogram & { text(): string } {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  return {
    observe(value) {
      let at = 0;
      while (at < bounds.length && value > (bounds[at] ?? 0)) at++;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += value;
    },
    text() {
      let out = "";
      let cumulative = 0;
      for (const [at, count] of counts.entries()) {
        cumulative += count;
        out += `${name}_bucket${labelText({ ...labels, le: String(bounds[at] ?? "+Inf") })} ${cumulative}\n`;
      }
      return `${out}${name}_sum${labelText(labels)} ${sum}\n${name}_count${labelText(labels)} ${cumulative}\n`;
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
