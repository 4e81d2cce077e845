import { addEvidence, type EProcess, evidence } from "../statistics/e-process.ts";
import { addBlocks, type Block, type Claim, EMPTY, type Rates } from "../statistics/two-rates.ts";

/**
 * What is asked of one share of requests (failed, slow, wrong): the candidate goes back on evidence that it is more than
 * `worseAbove` above the stable version, and may have the share `i` of the ladder on evidence that it is less than `fineBelow[i]` above.
 */
export interface MetricRule {
  readonly name: string;
  /** Difference in shares; 0 for "not worse", negative when a gain is demanded. */
  readonly worseAbove: number;
  /** Falling, one for each step of the ladder; the last one is what a promotion needs. */
  readonly fineBelow: readonly number[];
  /** The smallest regression worth a bet: the margin, or the stated effect. */
  readonly scale: number;
  /** `none`: the share is the candidate's alone, such as that of disagreements. */
  readonly against?: "stable" | "none";
  /** Only every so many requests are judged, as `latencyStride` says. */
  readonly thinned?: boolean;
  /** What the metric is before anything was seen, as so many requests; it costs time when wrong, never validity. */
  readonly prior: { readonly requests: number; readonly events: number };
}

/** Plain data; grows by one block at a time. */
export interface MetricState {
  readonly seen: Block;
  /** The same with the past fading, for bets: rates move, and a bet on those of an hour ago is a bad one. */
  readonly recent: Block;
  readonly worse: EProcess;
  readonly fine: readonly EProcess[];
}

export function startMetric(rule: MetricRule): MetricState {
  return { seen: EMPTY, recent: EMPTY, worse: [], fine: rule.fineBelow.map(() => []) };
}

/** All bets are made on what was seen before the block, which keeps the evidence valid. */
export function observe(rule: MetricRule, state: MetricState, block: Block): MetricState {
  if (block.candidate.requests + block.stable.requests === 0) return state;
  const { against = "stable" } = rule;
  const worseClaim: Claim = { kind: "at-most", difference: rule.worseAbove, against };
  const fineBets = betsOnFine(rule, state.recent);
  return {
    seen: addBlocks(state.seen, block),
    recent: addBlocks(fade(state.recent), block),
    worse: addEvidence(state.worse, block, betsOnWorse(rule, state.recent), worseClaim),
    fine: state.fine.map((process, step) =>
      addEvidence(process, block, fineBets, { kind: "at-least", difference: rule.fineBelow[step] ?? 1, against }),
    ),
  };
}

export function worseEvidence(state: MetricState): number {
  return evidence(state.worse);
}

export function fineEvidence(state: MetricState, step: number): number {
  return evidence(state.fine[step] ?? []);
}

/** Requests; long enough for a steady share of half a percent. */
const MEMORY = 2000;

function fade({ candidate, stable }: Block): Block {
  const kept = Math.min(1, MEMORY / Math.max(1, candidate.requests + stable.requests));
  const part = ({ requests, events }: Block["candidate"]) => ({ requests: requests * kept, events: events * kept });
  return { candidate: part(candidate), stable: part(stable) };
}

const LARGEST_BET = 0.7;

/** Regressions from the margin on, each twice the one before: one of them is near whatever the truth is. */
function betsOnWorse(rule: MetricRule, seen: Block): Rates[] {
  const stable = rule.against === "none" ? 0 : estimate(seen.stable, rule);
  const bets: Rates[] = [];
  for (let effect = rule.scale; effect <= LARGEST_BET; effect *= 2) bets.push(rates(stable + rule.worseAbove + effect, stable));
  return bets;
}

/** That the candidate is as it should be, and that it is as it looks. */
function betsOnFine(rule: MetricRule, seen: Block): Rates[] {
  const { candidate, stable } = seen;
  const all = { requests: candidate.requests + stable.requests, events: candidate.events + stable.events };
  if (rule.against === "none") return [rates(estimate(candidate, rule), 0)];
  const weight = all.requests === 0 ? 0 : candidate.requests / all.requests;
  const base = estimate(all, rule) - weight * rule.worseAbove;
  return [rates(base + rule.worseAbove, base), rates(estimate(candidate, rule), estimate(stable, rule))];
}

function estimate({ requests, events }: Block["candidate"], { prior }: MetricRule): number {
  return (events + prior.events) / (requests + prior.requests);
}

/** Neither 0 nor 1: a bet on "never" would lose everything with one event. */
function rates(candidate: number, stable: number): Rates {
  return { candidate: clamp(candidate), stable: clamp(stable) };
}

function clamp(share: number): number {
  return Math.min(1 - LEAST, Math.max(LEAST, share));
}

const LEAST = 1e-5;
