import { logSplitEvidence, type Split } from "../statistics/sample-ratio.ts";
import { type Block, EMPTY } from "../statistics/two-rates.ts";
import {
  fineEvidence,
  type MetricRule,
  type MetricState,
  type Outlook,
  observe,
  startMetric,
  worseEvidence,
} from "./metric-test.ts";
import type { TruthCounts } from "./truth-join.ts";

/** How sure the verdict has to be, over all looks and all metrics together. */
export interface Confidence {
  /** Chance that a candidate that is no worse goes back. */
  readonly falseRollback: number;
  /** Chance that a candidate worse by the margin is promoted. */
  readonly falsePromotion: number;
}

/** What was seen since the last look: a block for each metric, and how the live requests were split. */
export interface Observation {
  readonly blocks: Readonly<Record<string, Block>>;
  /** Left out while no live request is split, or while the router was being told a new split. */
  readonly split?: Split;
  /** Where labels are joined with answers: how many there are. */
  readonly truth?: TruthCounts;
}

/** Plain data: may be stored with a release and taken up by another process. */
export interface VerdictState {
  readonly metrics: Readonly<Record<string, MetricState>>;
  /** Of the present step. */
  readonly split: Split;
}

export type Verdict =
  /** The shares up to this step of the ladder may be given; -1 for none yet. */
  | { readonly kind: "more-data"; readonly cleared: number }
  | { readonly kind: "roll-back"; readonly metric: string }
  | { readonly kind: "split-mismatch" };

/** Chance of a false alarm about the split. */
const SPLIT_ALPHA = 0.001;
const NO_SPLIT: Split = { candidate: 0, total: 0, share: 0 };

export function startVerdict(rules: readonly MetricRule[]): VerdictState {
  return { metrics: Object.fromEntries(rules.map((rule) => [rule.name, startMetric(rule)])), split: NO_SPLIT };
}

export function see(
  rules: readonly MetricRule[],
  state: VerdictState,
  { blocks, split }: Observation,
  outlook: Outlook,
  confidence: Confidence,
): VerdictState {
  const metrics = rules.map((rule): [string, MetricState] => {
    const before = state.metrics[rule.name] ?? startMetric(rule);
    const block = blocks[rule.name];
    return [
      rule.name,
      block === undefined ? before : observe(rule, before, block, outlook, neededToGoOn(rule, rules, confidence)),
    ];
  });
  return { metrics: Object.fromEntries(metrics), split: split === undefined ? state.split : addSplit(state.split, split) };
}

/** A new share starts its own count. */
function addSplit(before: Split, next: Split): Split {
  if (before.share !== next.share) return next;
  return { share: next.share, candidate: before.candidate + next.candidate, total: before.total + next.total };
}

/**
 * Back on any metric, with the chance of error divided among them; forward only when every metric is fine, which needs
 * no division (intersection-union). A metric and its stand-in are one: either may clear a step, so they divide that chance,
 * and the stand-in is silent once the metric itself has decided or leans against it. Nothing seen is no evidence.
 */
export function judge(rules: readonly MetricRule[], state: VerdictState, confidence: Confidence): Verdict {
  const toGoBack = Math.log(rules.length / confidence.falseRollback);
  const heard = rules.filter((rule) => !isSilent(rule, rules, state, confidence));
  const worst = heard.find(({ name }) => worseEvidence(stateOf(state, name)) >= toGoBack);
  if (worst !== undefined) return { kind: "roll-back", metric: worst.name };
  if (logSplitEvidence(state.split) >= Math.log(1 / SPLIT_ALPHA)) return { kind: "split-mismatch" };
  const clearedBy = (rule: MetricRule) => {
    const needed = neededToGoOn(rule, rules, confidence);
    // What is no number is no evidence.
    const first = rule.fineBelow.findIndex((_, step) => !(fineEvidence(stateOf(state, rule.name), step) >= needed));
    return first === -1 ? rule.fineBelow.length - 1 : first - 1;
  };
  const cleared = rules
    .filter(({ standsInFor }) => standsInFor === undefined)
    .map((rule) => {
      const standIn = heard.find(({ standsInFor }) => standsInFor === rule.name);
      return Math.max(clearedBy(rule), standIn === undefined ? -1 : clearedBy(standIn));
    });
  return { kind: "more-data", cleared: Math.min(...cleared) };
}

/** Ten to one: no decision, but enough not to trust an estimate against it. */
const LEANING = Math.log(10);

function isSilent(
  { standsInFor }: MetricRule,
  rules: readonly MetricRule[],
  state: VerdictState,
  confidence: Confidence,
): boolean {
  const rule = rules.find(({ name }) => name === standsInFor);
  if (rule === undefined) return false;
  const own = stateOf(state, rule.name);
  const decided = fineEvidence(own, rule.fineBelow.length - 1) >= neededToGoOn(rule, rules, confidence);
  return decided || worseEvidence(own) >= LEANING;
}

/** Natural logarithm of the evidence that a metric is fine which a step takes. */
export function neededToGoOn(rule: MetricRule, rules: readonly MetricRule[], { falsePromotion }: Confidence): number {
  const isOneOfTwo = rule.standsInFor !== undefined || rules.some(({ standsInFor }) => standsInFor === rule.name);
  return Math.log((isOneOfTwo ? 2 : 1) / falsePromotion);
}

function stateOf(state: VerdictState, metric: string): MetricState {
  return state.metrics[metric] ?? { seen: EMPTY, recent: EMPTY, worse: [], fine: [] };
}
