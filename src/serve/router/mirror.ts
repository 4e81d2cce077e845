import { type Counter, DURATION_BOUNDS, type Histogram, type Metrics } from "../metrics.ts";
import { readAnswer } from "./answer-reader.ts";
import { chooseInstance } from "./choose.ts";
import { mirrorPool } from "./instance.ts";
import { sameAnswer, type WholeAnswer } from "./same-answer.ts";
import type { Deployment } from "./table.ts";
import type { UpstreamRequest } from "./upstream/call.ts";

/** A request that was answered, for a challenger to answer again. */
export interface Copy {
  readonly request: UpstreamRequest;
  readonly live: WholeAnswer;
}

/**
 * The way of copies to one challenger: a bounded queue before a few connections of its own. It starts after the live
 * answer is out, touches neither the challenger's live connections nor its health, and drops what it cannot carry.
 */
export interface Lane {
  readonly waiting: { readonly copy: Copy; readonly to: () => Deployment | undefined }[];
  waitingBytes: number;
  inFlight: number;
  readonly sent: Counter;
  readonly dropped: Counter;
  readonly agreed: Counter;
  readonly disagreed: Counter;
  readonly failed: Counter;
  readonly retired: Counter;
  readonly duration: Histogram;
  /** By status; 502 where there was no answer. */
  requests(status: number): Counter;
}

export const LANE_LIMITS = { waiting: 256, waitingBytes: 16 * 2 ** 20, inFlight: 16 } as const;

/** Tells what gets a copy that a mirror made the request: its answer reaches nobody. */
const MARK = "x-quayside-mirror: true\r\n";

export function createLane(metrics: Metrics, labels: { readonly endpoint: string; readonly deployment: string }): Lane {
  const counter = (name: string, help: string, result: Record<string, string> = {}) =>
    metrics.counter(`quayside_router_mirror_${name}_total`, help, { ...labels, ...result });
  const byStatus: Counter[] = [];
  const answers = (result: string) => counter("answers", "Challengers' answers to copies, against the live ones.", { result });
  return {
    waiting: [],
    waitingBytes: 0,
    inFlight: 0,
    sent: counter("sent", "Copies of live requests sent to a challenger."),
    dropped: counter(
      "dropped",
      "Copies not sent: the queue was full, the router strained, the answer too large, or no instance ready.",
    ),
    agreed: answers("agreed"),
    disagreed: answers("disagreed"),
    failed: answers("failed"),
    retired: answers("retired"),
    duration: metrics.histogram(
      "quayside_router_mirror_duration_seconds",
      "From sending a copy to the end of the challenger's answer.",
      labels,
      DURATION_BOUNDS,
    ),
    requests: (status) =>
      (byStatus[status] ??= metrics.counter(
        "quayside_router_mirror_requests_total",
        "Challengers' answers to copies, by status.",
        {
          ...labels,
          code: String(status),
        },
      )),
  };
}

/** `to` is asked when the copy's turn comes: the table may be another one by then. */
export function offer(lane: Lane, to: () => Deployment | undefined, copy: Copy): void {
  const bytes = weigh(copy);
  if (lane.waiting.length >= LANE_LIMITS.waiting || lane.waitingBytes + bytes > LANE_LIMITS.waitingBytes) {
    lane.dropped.value++;
    return;
  }
  lane.waiting.push({ copy, to });
  lane.waitingBytes += bytes;
  pump(lane);
}

function pump(lane: Lane): void {
  while (lane.inFlight < LANE_LIMITS.inFlight) {
    const next = lane.waiting.shift();
    if (next === undefined) return;
    lane.waitingBytes -= weigh(next.copy);
    send(lane, next.to(), next.copy);
  }
}

const weigh = ({ request, live }: Copy) => request.body.length + live.body.length;

function send(lane: Lane, to: Deployment | undefined, { request, live }: Copy): void {
  const instance = to === undefined ? undefined : chooseInstance(to, performance.now());
  if (to === undefined || instance === undefined) {
    lane.dropped.value++;
    return;
  }
  const started = performance.now();
  lane.inFlight++;
  lane.sent.value++;
  const marked = { ...request, fields: MARK + request.fields };
  readAnswer(mirrorPool(instance, LANE_LIMITS.inFlight), marked, to.timeoutMs, (outcome) => {
    lane.inFlight--;
    if ("kind" in outcome) {
      // The instance left the table while it had the copy: that says nothing about the challenger.
      if (outcome.kind === "retired") lane.retired.value++;
      else {
        lane.failed.value++;
        lane.requests(502).value++;
      }
    } else {
      lane.requests(outcome.status).value++;
      lane.duration.observe((performance.now() - started) / 1000);
      // A challenger that breaks on what the stable version answers is a failure, whatever its words.
      if (outcome.status >= 500 && live.status < 500) lane.failed.value++;
      else if (sameAnswer(live, outcome)) lane.agreed.value++;
      else lane.disagreed.value++;
    }
    pump(lane);
  });
}
