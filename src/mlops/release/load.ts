import { Pool } from "undici";
import { type LatencyHistogram, latencyHistogram } from "./latency-histogram.ts";

export interface LoadOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON bodies, sent in turn. */
  readonly bodies: readonly string[];
  readonly requestsPerSecond: number;
  readonly connections: number;
  /** Called with each outcome as it comes; whoever listens must be quick. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

export interface LoadFigures {
  readonly sent: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What happened to the requests that were due in a window, by the deployment that answered. */
export interface WindowFigures extends LoadFigures {
  readonly byDeployment: Readonly<Record<string, LoadFigures>>;
}

export interface Outcome {
  /** Who answered; empty when nobody said. */
  readonly deployment: string;
  readonly ok: boolean;
  /** From the time the request was due. */
  readonly ms: number;
  /** `performance.now()` when it was due. */
  readonly dueAt: number;
  /** Which of the bodies was sent. */
  readonly body: number;
  readonly answer: string;
  /** `x-request-id` of the answer; empty without one. */
  readonly requestId: string;
}

/** Requests at a fixed rate over keep-alive connections. Stop it; it also stops by itself after `MAX_REQUESTS`. */
export interface Load {
  /** Figures since the last call of `mark`. */
  window(): WindowFigures;
  mark(): void;
  total(): LoadFigures;
  /** Requests a second from now on; 0 sends none. */
  setRate(requestsPerSecond: number): void;
  /** Sends no more, waits for what is in flight, closes the connections. */
  stop(): Promise<LoadFigures>;
  /** Sends no more, and lets go of what is in flight: whoever goes back waits for no answer. */
  abandon(): Promise<void>;
}

const MAX_REQUESTS = 10_000_000;
/** A request in flight costs memory; a server that answers nothing must not take all of it. */
const MAX_IN_FLIGHT = 5000;

/**
 * An open-loop generator: requests leave on schedule whether or not earlier ones were answered, and latency counts from
 * the time a request was due, so a stalled server cannot hide its stall (coordinated omission).
 */
export function startLoad(options: LoadOptions): Load {
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, { connections: options.connections, pipelining: 1, keepAliveTimeout: 60_000 });
  const inFlight = new Set<Promise<void>>();
  const total = tally();
  let recent = new Map<string, Tally>();
  let recentAll = tally();
  let sent = 0;
  let rate = options.requestsPerSecond;
  let next = performance.now();

  const record = (outcome: Outcome) => {
    const own = recent.get(outcome.deployment) ?? tally();
    recent.set(outcome.deployment, own);
    for (const one of [total, recentAll, own]) one.add(outcome);
    options.onOutcome?.(outcome);
  };

  const send = async (dueAt: number, body: number) => {
    const answer = await exchange(pool, pathname + search, options.headers, options.bodies[body] ?? "");
    record({ ...answer, ms: performance.now() - dueAt, dueAt, body });
  };

  const timer = setInterval(() => {
    const now = performance.now();
    while (rate > 0 && sent < MAX_REQUESTS && next <= now) {
      const [due, body] = [next, sent % options.bodies.length];
      next += 1000 / rate;
      sent++;
      if (inFlight.size >= MAX_IN_FLIGHT) {
        record({ ...LOST, ms: 0, dueAt: due, body });
        continue;
      }
      const request = send(due, body);
      inFlight.add(request);
      void request.finally(() => inFlight.delete(request));
    }
  }, 4);

  return {
    window: () => ({
      ...recentAll.figures(),
      byDeployment: Object.fromEntries([...recent].map(([name, one]) => [name, one.figures()])),
    }),
    mark: () => {
      recent = new Map();
      recentAll = tally();
    },
    total: () => total.figures(),
    setRate: (requestsPerSecond) => {
      // What is overdue by the old rate is still sent; after a pause nothing is.
      if (rate === 0) next = performance.now();
      rate = requestsPerSecond;
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(inFlight);
      await pool.close();
      return total.figures();
    },
    abandon: async () => {
      clearInterval(timer);
      await pool.destroy();
      await Promise.all(inFlight);
    },
  };
}

/** One scoring request over a pool; whatever goes wrong is an outcome, not an exception. */
export async function exchange(
  pool: Pool,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Reply> {
  try {
    const response = await pool.request({
      path,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    const answer = await response.body.text();
    const { "azureml-model-deployment": deployment, "x-request-id": requestId } = response.headers;
    return { deployment: textOf(deployment), ok: response.statusCode === 200, answer, requestId: textOf(requestId) };
  } catch {
    return LOST;
  }
}

type Reply = Pick<Outcome, "deployment" | "ok" | "answer" | "requestId">;
const LOST: Reply = { deployment: "", ok: false, answer: "", requestId: "" };

function textOf(header: string | string[] | undefined): string {
  return typeof header === "string" ? header : "";
}

interface Tally {
  add(outcome: Outcome): void;
  figures(): LoadFigures;
}

function tally(): Tally {
  const latency: LatencyHistogram = latencyHistogram();
  let failed = 0;
  return {
    add: ({ ok, ms }) => {
      latency.add(ms);
      if (!ok) failed++;
    },
    figures: () => ({ sent: latency.count, failed, p50Ms: latency.quantile(0.5), p99Ms: latency.quantile(0.99) }),
  };
}
