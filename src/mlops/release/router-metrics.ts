import { request } from "undici";
import type { Buckets } from "./buckets.ts";

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
  readonly buckets: Buckets;
  /** Copies of other deployments' requests, which the router mirrors. */
  readonly copies: Copies;
}

export interface Copies {
  readonly answers: Answers;
  /** The same answer as the live one's, or another. */
  readonly agreed: number;
  readonly disagreed: number;
  readonly buckets: Buckets;
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
const COPIES = "quayside_router_mirror_requests_total";
const COMPARED = "quayside_router_mirror_answers_total";
const COPY_DURATION = "quayside_router_mirror_duration_seconds_bucket";
const NO_ANSWERS: Answers = { requests: 0, failed: 0, refused: 0 };

interface Counting {
  all: Answers;
  pinned: Answers;
  readonly buckets: Map<number, number>;
  readonly copies: { answers: Answers; agreed: number; disagreed: number; readonly buckets: Map<number, number> };
}

type Labels = Readonly<Record<string, string | undefined>>;

/** What each series adds to a deployment's counts; versions that it held one after the other are added up. */
const SERIES: Readonly<Record<string, (counting: Counting, labels: Labels, amount: number) => void>> = {
  [REQUESTS]: (counting, { code }, amount) => void (counting.all = addAnswers(counting.all, Number(code), amount)),
  [PINNED]: (counting, { code }, amount) => void (counting.pinned = addAnswers(counting.pinned, Number(code), amount)),
  [DURATION]: ({ buckets }, { le }, amount) => addBucket(buckets, le, amount),
  [COPIES]: ({ copies }, { code }, amount) => void (copies.answers = addAnswers(copies.answers, Number(code), amount)),
  [COMPARED]: ({ copies }, { result }, amount) => {
    if (result === "agreed" || result === "disagreed") copies[result] += amount;
  },
  [COPY_DURATION]: ({ copies }, { le }, amount) => addBucket(copies.buckets, le, amount),
};

/** Reads the Prometheus text of a Quayside router. */
export function readRouterMetrics(text: string, endpoint: string): Reading {
  const deployments = new Map<string, Counting>();
  let process = "";
  for (const line of text.split("\n")) {
    const [, name = "", , labelText = "", value = ""] = /^(\w+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === "process_start_time_seconds") process = value;
    const add = SERIES[name];
    if (add === undefined) continue;
    const labels: Labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, label]) => [key, label]));
    if (labels.endpoint !== endpoint || labels.deployment === undefined) continue;
    const own = deployments.get(labels.deployment) ?? nothingCounted();
    deployments.set(labels.deployment, own);
    add(own, labels, Number(value));
  }
  return { process, deployments };
}

export function nothingCounted(): Counting {
  const copies = { answers: NO_ANSWERS, agreed: 0, disagreed: 0, buckets: new Map() };
  return { all: NO_ANSWERS, pinned: NO_ANSWERS, buckets: new Map(), copies };
}

function addBucket(buckets: Map<number, number>, le: string | undefined, amount: number): void {
  const limit = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
  buckets.set(limit, (buckets.get(limit) ?? 0) + amount);
}

function addAnswers({ requests, failed, refused }: Answers, status: number, amount: number): Answers {
  return {
    requests: requests + amount,
    failed: failed + (status >= 500 ? amount : 0),
    refused: refused + (status >= 400 && status < 500 ? amount : 0),
  };
}

/** What was counted after `before`. */
export function since(before: Counted = nothingCounted(), after: Counted): Counted {
  return {
    all: minus(after.all, before.all),
    pinned: minus(after.pinned, before.pinned),
    buckets: bucketsSince(before.buckets, after.buckets),
    copies: {
      answers: minus(after.copies.answers, before.copies.answers),
      agreed: after.copies.agreed - before.copies.agreed,
      disagreed: after.copies.disagreed - before.copies.disagreed,
      buckets: bucketsSince(before.copies.buckets, after.copies.buckets),
    },
  };
}

function bucketsSince(before: Buckets, after: Buckets): Buckets {
  return new Map([...after].sort(([a], [b]) => a - b).map(([limit, count]) => [limit, count - (before.get(limit) ?? 0)]));
}

export function minus(a: Answers, b: Answers): Answers {
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
