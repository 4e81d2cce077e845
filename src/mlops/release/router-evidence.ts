import { type Arm, type Block, EMPTY } from "../statistics/two-rates.ts";
import { type Buckets, boundFrom, quantileOf, remember, totalOf } from "./buckets.ts";
import type { Pair } from "./collector.ts";
import { type Answers, type Copies, type Counted, minus, nothingCounted, type Reading, since } from "./router-metrics.ts";
import { ENOUGH, REMEMBERED, type SlowRule, slowBeyond } from "./slow-limit.ts";
import { latencyStride } from "./thinning.ts";
import type { Observation } from "./verdict.ts";

/** Evidence from the counters of the endpoint's router: all requests that its weights sent, or mirrored, users' and our own alike. */
export interface RouterEvidence {
  /** The share of the candidate from now on, in percent; `undefined` while it is being changed. */
  expect(percent: number | undefined): void;
  /** What was counted since the last call; `undefined` when the router did not answer or had not been asked before. */
  take(): Promise<RouterObservation | undefined>;
}

export interface RouterObservation extends Observation {
  /** Sent by weight, a second. */
  readonly requestsPerSecond: number;
}

export interface RouterEvidenceOptions {
  readonly read: () => Promise<Reading | undefined>;
  readonly pair: Pair;
  readonly slow: SlowRule;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Behind one address there may be several routers; each has counters of its own. */
const MOST_ROUTERS = 32;

export function createRouterEvidence({ read, pair, slow, now }: RouterEvidenceOptions): RouterEvidence {
  const known = new Map<string, { readonly reading: Reading; readonly at: number }>();
  let percent: number | undefined;
  let isFirst = true;
  let starting: Promise<unknown> | undefined;
  let recent: Buckets = new Map();
  let limit: number | undefined;

  const difference = async () => {
    const reading = await read();
    if (reading === undefined) return undefined;
    const at = now();
    const before = known.get(reading.process);
    known.delete(reading.process);
    known.set(reading.process, { reading, at });
    if (known.size > MOST_ROUTERS) known.delete(known.keys().next().value ?? "");
    if (before === undefined || at <= before.at) return undefined;
    const of = (deployment: string) => {
      const after = reading.deployments.get(deployment);
      return after === undefined ? nothingCounted() : since(before.reading.deployments.get(deployment), after);
    };
    return { candidate: of(pair.candidate), stable: of(pair.stable), seconds: (at - before.at) / 1000 };
  };

  return {
    expect(next) {
      percent = next;
      isFirst = true;
      // What the old share sent is nobody's evidence about the new one.
      // Nobody may ask for it: when the release ends before the first look, it fails for nobody.
      starting = next === undefined ? undefined : difference().catch(() => undefined);
    },
    async take() {
      await starting;
      const seen = await difference();
      if (seen === undefined) return undefined;
      const { candidate, stable, seconds } = seen;
      const live: Block = { candidate: errorsOf(candidate), stable: errorsOf(stable) };
      // Without a share of its own the candidate answers copies of what the stable version got.
      const isMirror = percent === 0;
      const { copies } = candidate;
      const blocks: Record<string, Block> = {
        errors: isMirror ? { ...live, candidate: badOf(copies.answers) } : live,
        ...(isMirror ? { disagreement: disagreementOf(copies) } : {}),
      };
      if (limit !== undefined) {
        const buckets = isMirror ? copies.buckets : candidate.buckets;
        blocks.slow = { candidate: slowOf(buckets, limit, seconds), stable: slowOf(stable.buckets, limit, seconds) };
      }
      // From what is past alone: the bets on the next block must not know it.
      recent = remember(recent, stable.buckets, REMEMBERED);
      limit = limitOf(recent);
      const total = live.candidate.requests + live.stable.requests;
      const isSplit = percent !== undefined && percent > 0 && total > 0 && !isFirst;
      // Requests that were under way when the share changed end in the first block.
      isFirst = false;
      return {
        blocks,
        requestsPerSecond: total / seconds,
        ...(isSplit ? { split: { candidate: live.candidate.requests, total, share: (percent ?? 0) / 100 } } : {}),
      };
    },
  };

  /** Rounded up to a bound of the router's histogram, which is all that can be counted. */
  function limitOf(buckets: Buckets): number | undefined {
    const p99 = totalOf(buckets) < ENOUGH ? undefined : quantileOf(buckets, 0.99);
    return p99 === undefined ? undefined : boundFrom(buckets, slowBeyond(p99 * 1000, slow) / 1000);
  }
}

/** 4xx count, too: the weights decide by chance who gets a request, so the callers' own mistakes meet both versions alike. */
export function errorsOf({ all, pinned }: Counted): Arm {
  return badOf(minus(all, pinned));
}

function badOf({ requests, failed, refused }: Answers): Arm {
  return { requests, events: failed + refused };
}

function disagreementOf({ agreed, disagreed }: Copies): Block {
  return { ...EMPTY, candidate: { requests: agreed + disagreed, events: disagreed } };
}

/**
 * Divided by the stride, as one stall makes many requests slow: a likelihood ratio to a power below one has a smaller
 * expectation than it had before (Jensen), so evidence from divided counts is as valid and less of it.
 */
function slowOf(buckets: Buckets, limit: number, seconds: number): Arm {
  const total = totalOf(buckets);
  const stride = latencyStride(total / seconds);
  return { requests: total / stride, events: (total - (buckets.get(limit) ?? total)) / stride };
}
