import { createMetrics, type Family } from "../../metrics.ts";
import { addRuns, createRuns, type Runs } from "../runs.ts";
import type { Report } from "./api.ts";
import { mergeFamilies, total, withoutGauges } from "./merge.ts";

/** What the workers of one place have counted, one after the other. */
export interface Tally {
  /** Of the worker that runs now: what it last said. */
  readonly heard: (report: Report) => void;
  /** It has ended; the next one counts from zero. */
  ended(): void;
  families(): Family[];
  addTo(runs: Runs): void;
}

export function createTally(worker: number): Tally {
  let past: Report = { families: [], runs: createRuns() };
  let last: Report | undefined;
  const reports = () => [past, ...(last === undefined ? [] : [last])];
  // Connections are dealt out evenly, requests are not: an operator must see that.
  const metrics = createMetrics();
  metrics.reading(
    "quayside_worker_requests_total",
    "Requests that each place for a worker has answered.",
    { worker: String(worker) },
    () => total(mergeFamilies(reports().map(({ families }) => families)), "quayside_requests_total"),
  );
  return {
    heard: (report) => void (last = report),
    ended() {
      if (last === undefined) return;
      const runs = createRuns();
      for (const report of reports()) addRuns(runs, report.runs);
      past = { families: mergeFamilies([past.families, withoutGauges(last.families)]), runs };
      last = undefined;
    },
    families: () => mergeFamilies([...reports().map(({ families }) => families), metrics.families()]),
    addTo(runs) {
      for (const report of reports()) addRuns(runs, report.runs);
    },
  };
}
