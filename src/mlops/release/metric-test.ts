import { addEvidence, type EProcess, evidence } from "../statistics/e-process.ts";
import { addBlocks, type Block, type Claim, EMPTY, type Rates } from "../statistics/two-rates.ts";
import { latencyStride } from "./thinning.ts";

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
  /** Requests are judged when their truth comes. */
  readonly isLate?: boolean;
  /** Speaks for this metric as long as that one cannot. */
  readonly standsInFor?: string;
  /** Judged by the answers themselves: those to our own requests, or what deployments collected, which can be read again. */
  readonly answers?: "own" | "collected";
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

/** Requests a second, of both versions together. */
export interface Pace {
  readonly users: number;
  readonly own: number;
  /** Share of the answers whose truth is known; 1 as long as nothing is known about that. */
  readonly known?: number | undefined;
  /** At 0 % the candidate gets copies of everybody's requests and not of our own alone. */
  readonly copiesAll?: boolean;
}

/** What a release still has before it gives up, by which bets are sized. Wrong, it costs time and never validity. */
export interface Outlook {
  readonly pace: Pace;
  readonly secondsLeft: number;
}

/**
 * All bets are made on what was seen before the block, which keeps the evidence valid. `needed`: the evidence that it takes
 * to go on, a natural logarithm.
 */
export function observe(rule: MetricRule, state: MetricState, block: Block, outlook: Outlook, needed: number): MetricState {
  if (block.candidate.requests + block.stable.requests === 0) return state;
  const { against = "stable" } = rule;
  const worseClaim: Claim = { kind: "at-most", difference: rule.worseAbove, against };
  return {
    seen: addBlocks(state.seen, block),
    recent: addBlocks(fade(state.recent), block),
    worse: addEvidence(state.worse, block, betsOnWorse(rule, state.recent), worseClaim),
    fine: state.fine.map((process, step) => {
      const difference = rule.fineBelow[step] ?? 1;
      const bet = betOnFine(rule, state.recent, difference, outlook, needed - evidence(process));
      return addEvidence(process, block, [bet], { kind: "at-least", difference, against });
    }),
  };
}

export function worseEvidence(state: MetricState): number {
  return evidence(state.worse);
}

export function fineEvidence(state: MetricState, step: number): number {
  return evidence(state.fine[step] ?? []);
}

/** Requests; long enough for a steady share of half a percent. */
const MEMORY = 5000;

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

/** That the candidate is as it should be: no worse, or better by the gain that is demanded. */
function betOnFine(rule: MetricRule, seen: Block, difference: number, outlook: Outlook, missing: number): Rates {
  const { candidate, stable } = seen;
  if (rule.against === "none") return rates(estimate(candidate, rule), 0);
  const all = { requests: candidate.requests + stable.requests, events: candidate.events + stable.events };
  const weight = all.requests === 0 ? 0 : candidate.requests / all.requests;
  // Where nothing has ever failed the share is 0, and no information over no variance would be no number.
  const share = clamp(estimate(all, rule));
  const distance = difference - rule.worseAbove;
  const information = (expectedRequests(rule, outlook) * EVEN_SPLIT * distance ** 2) / (share * (1 - share));
  const boldness = boldnessFor(Math.max(0, missing), information);
  const gap = difference - boldness * distance;
  return rates(share + (1 - weight) * gap, share - weight * gap);
}

/** Variance of the mean difference at a split of one half, for one request: the most that a request can tell. */
const EVEN_SPLIT = 0.25;
const BOLDNESS = { least: 0.8, most: 2 } as const;

/**
 * By how much a bet overstates the distance to the claim, 1 being the fastest on average. Of all factors `k` this one
 * makes it most likely that evidence which grows by `(k - k^2/2) information` with the variance `k^2 information` reaches
 * what is missing before the information ends: careful while there is time, bold when it runs out.
 */
function boldnessFor(missing: number, information: number): number {
  return Math.min(BOLDNESS.most, Math.max(BOLDNESS.least, Math.sqrt((2 * missing) / Math.max(information, Number.MIN_VALUE))));
}

function expectedRequests(rule: MetricRule, { pace, secondsLeft }: Outlook): number {
  const rate = rateOf(rule, pace);
  return (rate * secondsLeft) / (rule.thinned === true ? latencyStride(rate) : 1);
}

/** Requests a second that a metric judges, before any thinning. */
export function rateOf({ answers, isLate }: MetricRule, { users, own, known = 1, copiesAll }: Pace, percent?: number): number {
  const isOfUsers = answers !== "own" && (percent !== 0 || copiesAll === true);
  return (own + (isOfUsers ? users : 0)) * (isLate === true ? known : 1);
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
