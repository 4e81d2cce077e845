import type { Events } from "../../report/index.ts";
import { differenceInterval } from "../statistics/normal-mixture.ts";
import { fineEvidence, startMetric, worseEvidence } from "./metric-test.ts";
import type { Rules } from "./rules.ts";
import { neededToGoOn, type VerdictState } from "./verdict.ts";

/** The state of the evidence in numbers that people read. */
export type Evidence = Events["release.evidence"]["metrics"][number];

/** `toRollBack` and `toGoOn` are shares of the evidence that the decision needs: at 1 it is made. */
export function evidenceOf(rules: Rules, state: VerdictState, position: number): Evidence[] {
  const { metrics, confidence } = rules;
  return metrics.map((rule) => {
    const { seen, ...logs } = state.metrics[rule.name] ?? startMetric(rule);
    const one = { seen, ...logs };
    return {
      name: rule.name,
      candidate: seen.candidate,
      stable: seen.stable,
      difference: differenceInterval(seen, rule.scale, 0.05),
      toRollBack: ratio(worseEvidence(one), Math.log(metrics.length / confidence.falseRollback)),
      toGoOn: ratio(
        fineEvidence(one, Math.min(position + 1, rule.fineBelow.length - 1)),
        neededToGoOn(rule, metrics, confidence),
      ),
    };
  });
}

function ratio(evidence: number, needed: number): number {
  return Math.min(1, Math.max(0, evidence / needed));
}
