import { expect, test } from "vitest";
import { createMetrics, metricsText } from "./metrics.ts";

test("series are written in Prometheus' text format, families together, histograms cumulative", () => {
  const metrics = createMetrics();
  const requests = metrics.counter("requests_total", "Requests.", { code: "200" });
  const seconds = metrics.histogram("seconds", "Durations.", { route: "a" }, [0.1, 1]);
  metrics.gauge("load", "Load.", {}, () => 0.5);
  metrics.counter("requests_total", "Requests.", { code: "500" });

  requests.value += 2;
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value);

  expect(metricsText(metrics.families())).toBe(
    [
      "# HELP requests_total Requests.",
      "# TYPE requests_total counter",
      'requests_total{code="200"} 2',
      'requests_total{code="500"} 0',
      "# HELP seconds Durations.",
      "# TYPE seconds histogram",
      'seconds_bucket{route="a",le="0.1"} 2',
      'seconds_bucket{route="a",le="1"} 3',
      'seconds_bucket{route="a",le="+Inf"} 4',
      'seconds_sum{route="a"} 7.65',
      'seconds_count{route="a"} 4',
      "# HELP load Load.",
      "# TYPE load gauge",
      "load 0.5",
      "",
    ].join("\n"),
  );
});

test("the same labels give the same series, and label values are escaped", () => {
  const metrics = createMetrics();

  metrics.counter("c", "C.", { name: 'a"b\\c\nd' }).value++;
  metrics.counter("c", "C.", { name: 'a"b\\c\nd' }).value++;

  expect(metricsText(metrics.families())).toContain('c{name="a\\"b\\\\c\\nd"} 2\n');
});
