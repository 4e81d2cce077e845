import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestFault } from "../fault.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { MOST_COMPARED } from "./answer-reader.ts";
import { type Choice, chooseAgain, type Draw } from "./choose.ts";
import { Forward, type Outcome } from "./forward.ts";
import { noteFailure, noteSuccess } from "./instance.ts";
import { offer } from "./mirror.ts";
import type { Mirror, Table } from "./table.ts";
import type { UpstreamRequest } from "./upstream/call.ts";

/** A request that may pass, with its body. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Milliseconds of `performance.now`. */
  readonly started: number;
  /** For the instance. */
  readonly upstream: UpstreamRequest;
  readonly endpoint: string;
  /** The caller named the deployment. */
  readonly pinned: boolean;
  readonly draw: Draw;
  /** Which challengers get a copy once it is answered. */
  readonly mirrors: readonly Mirror[];
}

export interface ExchangerOptions {
  readonly table: () => Table;
  readonly draining: () => boolean;
  /** No copies are sent while it is: live requests need the whole core. */
  readonly strained: () => boolean;
  readonly refuse: (
    response: ServerResponse,
    request: IncomingMessage,
    cause: RequestFault,
    headers: Readonly<Record<string, string>>,
  ) => void;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Carries requests to instances: the deployment's time limit, one more try for what was lost, and the books about both. */
export function createExchanger({
  table,
  draining,
  strained,
  refuse,
  metrics,
  log,
}: ExchangerOptions): (exchange: Exchange, first: Choice) => void {
  const retries = metrics.counter(
    "quayside_router_retries_total",
    "Requests sent again because their connection failed before any answer.",
    {},
  );

  function failed({ deployment, instance }: Choice, outcome: Outcome, why: string): void {
    const labels = { deployment: deployment.name };
    metrics.counter("quayside_router_upstream_failures_total", "Connections to instances that failed.", labels).value++;
    if (noteFailure(instance, performance.now(), outcome === "refused"))
      log("warn", "instance.down", { ...labels, instance: instance.origin, why });
  }

  return ({ request, response, started, upstream, endpoint, pinned, draw, mirrors }, first) => {
    const { timeoutMs } = first.deployment;
    let choice = first;
    let running: Forward;
    let late = false;
    const answer = mirrors.length === 0 ? undefined : createTee();
    const timer = setTimeout(() => {
      late = true;
      running.abort();
    }, timeoutMs);
    response.on("close", () => {
      if (!response.writableFinished) running.abort();
    });
    attempt(false);

    function attempt(again: boolean): void {
      const { deployment, instance } = choice;
      const { headerList } = deployment;
      const answerHeaders = () => (draining() ? [...headerList, "connection", "close"] : headerList);
      running = new Forward(
        { instance, fresh: again, request: upstream, answerHeaders, response, onData: answer?.add },
        (outcome, why) => {
          if (outcome === "answered") noteSuccess(instance);
          else if (outcome !== "aborted") {
            failed(choice, outcome, why);
            if (outcome !== "broken" && !again && sendAgain()) return;
          }
          end(outcome, why);
        },
      );
      running.start();
    }

    /**
     * Scoring has no effect besides its answer, so a request may be sent twice; only one that was lost before any byte of
     * an answer is, and only once, over a new connection.
     */
    function sendAgain(): boolean {
      // The table may be another one by now.
      const current = table().endpoints.get(endpoint);
      if (current === undefined) return false;
      retries.value++;
      choice = chooseAgain(current, choice, pinned, performance.now(), draw);
      attempt(true);
      return true;
    }

    function end(outcome: Outcome, why: string): void {
      clearTimeout(timer);
      const { deployment } = choice;
      let status = response.statusCode;
      if (outcome !== "answered") {
        // The caller left: nobody to answer, nothing to count against the deployment.
        if (outcome === "aborted" && !late) return;
        const fault = late
          ? new RequestFault(504, "serve.timeout", `deployment "${deployment.name}" did not answer within ${timeoutMs} ms`)
          : gone(deployment.name, outcome, why);
        status = fault.status;
        refuse(response, request, fault, deployment.headers);
      }
      if (outcome === "answered" && answer !== undefined) mirror(status, answer.whole());
      deployment.requests(status).value++;
      if (pinned) deployment.pinned(status).value++;
      deployment.duration.observe((performance.now() - started) / 1000);
    }

    function mirror(status: number, liveBody: Buffer | undefined): void {
      for (const { deployment, lane } of mirrors) {
        // A retry may have ended at the challenger itself.
        if (deployment.name === choice.deployment.name) continue;
        if (liveBody === undefined || strained()) lane.dropped.value++;
        else
          offer(lane, () => table().endpoints.get(endpoint)?.deployments.get(deployment.name), {
            request: upstream,
            live: { status, body: liveBody },
          });
      }
    }
  };
}

function gone(deployment: string, outcome: Outcome, why: string): RequestFault {
  const what = outcome === "broken" ? `gave no whole answer: ${why}` : "broke the connection before it answered";
  return new RequestFault(502, "serve.instance-gone", `deployment "${deployment}" ${what}`);
}

/** Keeps the parts of an answer beside their way to the caller; undefined when they are too many to compare. */
function createTee(): { readonly add: (part: string) => void; whole(): Buffer | undefined } {
  const parts: string[] = [];
  let bytes = 0;
  return {
    add(part) {
      bytes += part.length;
      if (bytes <= MOST_COMPARED) parts.push(part);
      else parts.length = 0;
    },
    whole: () => (bytes <= MOST_COMPARED ? Buffer.from(parts.join(""), "latin1") : undefined),
  };
}
