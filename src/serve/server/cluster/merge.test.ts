import { expect, test } from "vitest";
import { createMetrics, type Metrics, metricsText } from "../../metrics.ts";
import { mergeFamilies, total, withoutGauges } from "./merge.ts";

function processOf(
  requests: number,
  durations: readonly number[],
  state: { pending: number; limit: number; since: number },
): Metrics {
  const metrics = createMetrics();
  metrics.counter("requests_total", "Requests.", { code: "200" }).value = requests;
  const seconds = metrics.histogram("seconds", "Durations.", {}, [0.1, 1]);
  for (const one of durations) seconds.observe(one);
  metrics.gauge("pending", "Pending.", {}, () => state.pending);
  metrics.gauge("limit", "Limit.", {}, () => state.limit, "min");
  metrics.gauge("info", "Info.", {}, () => 1, "max");
  metrics.gauge("since", "Since.", {}, () => state.since, "min");
  return metrics;
}

const first = processOf(3, [0.05, 0.5], { pending: 2, limit: 10, since: 100 });
const second = processOf(4, [0.5, 7], { pending: 1, limit: 30, since: 90 });
second.counter("requests_total", "Requests.", { code: "500" }).value = 1;
second.counter("other_total", "Only here.", {}).value = 9;

test("counters and histograms add up, and each gauge is merged in its own way", () => {
  const whole = mergeFamilies([first.families(), second.families()]);

  expect(
    metricsText(whole)
      .split("\n")
      .filter((line) => !line.startsWith("#") && line !== ""),
  ).toEqual([
    'requests_total{code="200"} 7',
    'requests_total{code="500"} 1',
    'seconds_bucket{le="0.1"} 1',
    'seconds_bucket{le="1"} 3',
    'seconds_bucket{le="+Inf"} 4',
    "seconds_sum 8.05",
    "seconds_count 4",
    "pending 3",
    "limit 10",
    "info 1",
    "since 90",
    "other_total 9",
  ]);
  expect(metricsText(whole).match(/^# TYPE (\w+)/gm)).toHaveLength(7);
});

test("merging one process, or with nothing, changes nothing", () => {
  expect(mergeFamilies([first.families(), []])).toEqual(first.families());
});

test("of a process that has ended only counts remain", () => {
  expect(withoutGauges(first.families()).map(({ name }) => name)).toEqual(["requests_total", "seconds"]);
  expect(total(second.families(), "requests_total")).toBe(5);
});
