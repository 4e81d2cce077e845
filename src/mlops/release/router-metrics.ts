import { request } from "undici";

/** How requests were answered: `failed` with 5xx, `refused` with 4xx. */
export interface Answers {
  readonly requests: number;
  readonly failed: number;
  readonly refused: number;
}

/** What a router's counters say about one deployment since it started. */
export interface Counted {
  readonly all: Answers;
  /** Of these, the ones whose callers named the deployment. */
  readonly pinned: Answers;
  /** Requests at most this long, by seconds; cumulative. */
  readonly buckets: ReadonlyMap<number, number>;
}

export interface Reading {
  /** Tells one router process from another, whose counters are others: its start, in seconds since the epoch. */
  readonly process: string;
  readonly deployments: ReadonlyMap<string, Counted>;
}

/** What happened between two readings. */
export interface Figures {
  readonly requestsPerSecond: number;
  /** Share of requests. */
  readonly failed: number;
  /** Upper bound of the bucket, as the buckets are all that is known; absent without requests. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** Asks the router of a scoring address; `undefined` where it shows no counters of ours, as Azure's own does not. */
export async function fetchRouterMetrics(
  scoringUrl: string,
  endpoint: string,
  signal: AbortSignal,
): Promise<Reading | undefined> {
  try {
    const response = await request(`${new URL(scoringUrl).origin}/metrics`, { signal, headersTimeout: 5000, bodyTimeout: 5000 });
    const text = await response.body.text();
    return response.statusCode === 200 && text.includes(REQUESTS) ? readRouterMetrics(text, endpoint) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const REQUESTS = "quayside_router_requests_total";
const PINNED = "quayside_router_pinned_requests_total";
const DURATION = "quayside_router_request_duration_seconds_bucket";
const NO_ANSWERS: Answers = { requests: 0, failed: 0, refused: 0 };

/** Reads the Prometheus text of a Quayside router; versions that a deployment held one after the other are added up. */
export function readRouterMetrics(text: string, endpoint: string): Reading {
  const counted = new Map<string, { all: Answers; pinned: Answers; buckets: Map<number, number> }>();
  let process = "";
  for (const line of text.split("\n")) {
    const [, name, , labelText = "", value = ""] = /^(\w+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === "process_start_time_seconds") process = value;
    if (name !== REQUESTS && name !== PINNED && name !== DURATION) continue;
    const labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text_]) => [key, text_]));
    if (labels.endpoint !== endpoint || labels.deployment === undefined) continue;
    const own = counted.get(labels.deployment) ?? { all: NO_ANSWERS, pinned: NO_ANSWERS, buckets: new Map<number, number>() };
    counted.set(labels.deployment, own);
    const amount = Number(value);
    if (name === REQUESTS) own.all = addAnswers(own.all, Number(labels.code), amount);
    else if (name === PINNED) own.pinned = addAnswers(own.pinned, Number(labels.code), amount);
    else {
      const limit = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      own.buckets.set(limit, (own.buckets.get(limit) ?? 0) + amount);
    }
  }
  return { process, deployments: counted };
}

function addAnswers({ requests, failed, refused }: Answers, status: number, amount: number): Answers {
  return {
    requests: requests + amount,
    failed: failed + (status >= 500 ? amount : 0),
    refused: refused + (status >= 400 && status < 500 ? amount : 0),
  };
}

/** What was counted after `before`. */
export function since(before: Counted | undefined, after: Counted): Counted {
  return {
    all: minus(after.all, before?.all),
    pinned: minus(after.pinned, before?.pinned),
    buckets: new Map(
      [...after.buckets].sort(([a], [b]) => a - b).map(([limit, count]) => [limit, count - (before?.buckets.get(limit) ?? 0)]),
    ),
  };
}

export function minus(a: Answers, b: Answers = NO_ANSWERS): Answers {
  return { requests: a.requests - b.requests, failed: a.failed - b.failed, refused: a.refused - b.refused };
}

/** A 4xx is the caller's fault and no failure, as in every other tool. */
export function between(before: Counted | undefined, after: Counted, seconds: number): Figures {
  const { all, buckets } = since(before, after);
  const counts = [...buckets];
  const total = counts.at(-1)?.[1] ?? 0;
  const quantile = (q: number) => counts.find(([, count]) => count >= q * total)?.[0];
  const [p50, p99] = total === 0 ? [] : [quantile(0.5), quantile(0.99)];
  return {
    requestsPerSecond: all.requests / seconds,
    failed: all.requests === 0 ? 0 : all.failed / all.requests,
    ...(p50 === undefined ? {} : { p50Ms: p50 * 1000 }),
    ...(p99 === undefined ? {} : { p99Ms: p99 * 1000 }),
  };
}
