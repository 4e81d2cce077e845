import { Pool } from "undici";
import type { Clock } from "../base/index.ts";

export interface LoadOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON bodies, sent in turn. */
  readonly bodies: readonly string[];
  readonly requestsPerSecond: number;
  readonly connections: number;
  readonly clock: Clock;
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

/** Requests at a fixed rate over keep-alive connections. Stop it; it also stops by itself after `MAX_REQUESTS`. */
export interface Load {
  /** Figures since the last call of `mark`. */
  window(): WindowFigures;
  mark(): void;
  total(): LoadFigures;
  /** Sends no more, waits for what is in flight, closes the connections. */
  stop(): Promise<LoadFigures>;
}

interface Outcome {
  readonly deployment: string;
  readonly ok: boolean;
  readonly ms: number;
}

const MAX_REQUESTS = 1_000_000;

/**
 * An open-loop generator: requests leave on schedule whether or not earlier ones were answered, and latency counts from
 * the time a request was due, so a stalled server cannot hide its stall (coordinated omission).
 */
export function startLoad(options: LoadOptions): Load {
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, { connections: options.connections, pipelining: 1, keepAliveTimeout: 60_000 });
  const outcomes: Outcome[] = [];
  const inFlight = new Set<Promise<void>>();
  let marked = 0;
  let sent = 0;
  const started = performance.now();

  const send = async (dueAt: number, body: string) => {
    let outcome: Omit<Outcome, "ms">;
    try {
      const response = await pool.request({
        path: pathname + search,
        method: "POST",
        headers: { "content-type": "application/json", ...options.headers },
        body,
      });
      await response.body.dump();
      const deployment = response.headers["azureml-model-deployment"];
      outcome = { deployment: typeof deployment === "string" ? deployment : "", ok: response.statusCode === 200 };
    } catch {
      outcome = { deployment: "", ok: false };
    }
    outcomes.push({ ...outcome, ms: performance.now() - dueAt });
  };

  const dueAt = (index: number) => started + (index * 1000) / options.requestsPerSecond;
  const timer = setInterval(() => {
    const now = performance.now();
    while (sent < MAX_REQUESTS && dueAt(sent) <= now) {
      const request = send(dueAt(sent), options.bodies[sent % options.bodies.length] ?? "");
      sent++;
      inFlight.add(request);
      void request.finally(() => inFlight.delete(request));
    }
  }, 4);

  return {
    window: () => {
      const recent = outcomes.slice(marked);
      const names = new Set(recent.map((outcome) => outcome.deployment));
      return {
        ...figures(recent),
        byDeployment: Object.fromEntries(
          [...names].map((name) => [name, figures(recent.filter((outcome) => outcome.deployment === name))]),
        ),
      };
    },
    mark: () => {
      marked = outcomes.length;
    },
    total: () => figures(outcomes),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(inFlight);
      await pool.close();
      return figures(outcomes);
    },
  };
}

function figures(outcomes: readonly Outcome[]): LoadFigures {
  const sorted = outcomes.map((outcome) => outcome.ms).sort((a, b) => a - b);
  return {
    sent: outcomes.length,
    failed: outcomes.filter((outcome) => !outcome.ok).length,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  };
}

/** Nearest rank: the smallest value that at least a share `q` of all values does not exceed. 0 when there are none. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
