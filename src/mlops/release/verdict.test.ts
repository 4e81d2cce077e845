import { expect, test } from "vitest";
import type { Block } from "../statistics/two-rates.ts";
import { gainRule, ladderRule, limitRule } from "./ladder.ts";
import type { MetricRule } from "./metric-test.ts";
import { judge, neededToGoOn, type Observation, see, startVerdict, type VerdictState } from "./verdict.ts";

const CONFIDENCE = { falseRollback: 0.01, falsePromotion: 0.05 };
const PRIOR = { requests: 100, events: 0.5 };
const STEPS = [10, 50, 100];
const OUTLOOK = { pace: { users: 0, own: 40 }, secondsLeft: 100_000 };
const errors = ladderRule({ name: "errors", margin: 0.01, prior: PRIOR }, STEPS);
const slow = ladderRule({ name: "slow", margin: 0.02, prior: PRIOR }, STEPS);
const wrong = ladderRule({ name: "wrong", margin: 0.02, prior: PRIOR }, STEPS);
const estimated = { ...ladderRule({ name: "estimated-wrong", margin: 0.02, prior: PRIOR }, STEPS), standsInFor: "wrong" };

const block = (candidates: number, candidateEvents: number, stables: number, stableEvents: number): Block => ({
  candidate: { requests: candidates, events: candidateEvents },
  stable: { requests: stables, events: stableEvents },
});

function after(rules: readonly MetricRule[], rounds: number, observation: Observation): VerdictState {
  let state = startVerdict(rules);
  for (let round = 0; round < rounds; round++) state = see(rules, state, observation, OUTLOOK, CONFIDENCE);
  return state;
}

test("no data, and data of one version alone, are neither a failure nor a success", () => {
  const nothing = after([errors], 1000, { blocks: {} });
  const empty = after([errors], 1000, { blocks: { errors: block(0, 0, 0, 0) } });
  const stableAlone = after([errors], 1000, { blocks: { errors: block(0, 0, 100, 1) } });

  for (const state of [nothing, empty, stableAlone])
    expect(judge([errors], state, CONFIDENCE)).toEqual({ kind: "more-data", cleared: -1 });
});

test("a candidate that does as well clears the steps one after the other", () => {
  const cleared = [1, 4, 12, 60].map((rounds) =>
    judge([errors], after([errors], rounds, { blocks: { errors: block(20, 0, 20, 0) } }), CONFIDENCE),
  );

  expect(cleared.map((verdict) => verdict.kind === "more-data" && verdict.cleared)).toEqual([-1, 0, 1, 2]);
});

test("evidence that is no number clears nothing", () => {
  const { metrics, split } = after([errors], 60, { blocks: { errors: block(20, 0, 20, 0) } });
  const broken = { ...metrics.errors, fine: STEPS.map(() => [Number.NaN]) } as (typeof metrics)[string];

  expect(judge([errors], { metrics: { errors: broken }, split }, CONFIDENCE)).toEqual({ kind: "more-data", cleared: -1 });
});

test("a candidate that fails much more goes back, named by the metric", () => {
  const state = after([errors, slow], 3, { blocks: { errors: block(20, 5, 180, 1), slow: block(20, 0, 180, 1) } });

  expect(judge([errors, slow], state, CONFIDENCE)).toEqual({ kind: "roll-back", metric: "errors" });
});

test("failures that both versions share are no evidence against the candidate", () => {
  const state = after([errors], 100, { blocks: { errors: block(20, 10, 180, 90) } });

  expect(judge([errors], state, CONFIDENCE).kind).toBe("more-data");
});

test("promotion needs every metric: one without data holds the others", () => {
  const state = after([errors, slow], 500, { blocks: { errors: block(20, 0, 20, 0) } });

  expect(judge([errors, slow], state, CONFIDENCE)).toEqual({ kind: "more-data", cleared: -1 });
});

test("a split that is not the one that was set stops the release", () => {
  const state = after([errors], 20, { blocks: { errors: block(5, 0, 20, 0) }, split: { candidate: 5, total: 25, share: 0.5 } });

  expect(judge([errors], state, CONFIDENCE)).toEqual({ kind: "split-mismatch" });
});

test("a new share of traffic starts the count of the split again", () => {
  const state = after([errors], 20, { blocks: {}, split: { candidate: 50, total: 100, share: 0.5 } });
  const moved = see([errors], state, { blocks: {}, split: { candidate: 10, total: 100, share: 0.1 } }, OUTLOOK, CONFIDENCE);

  expect(moved.split).toEqual({ candidate: 10, total: 100, share: 0.1 });
});

test("an A/B test promotes a gain, and sends back what lacks the stated gain", () => {
  const gain = gainRule("wrong", 0.05, 1, { requests: 10, events: 1 });
  const better = after([gain], 60, { blocks: { wrong: block(50, 5, 50, 10) } });
  const same = after([gain], 60, { blocks: { wrong: block(50, 10, 50, 10) } });

  expect(judge([gain], better, CONFIDENCE)).toEqual({ kind: "more-data", cleared: 0 });
  expect(judge([gain], same, CONFIDENCE)).toEqual({ kind: "roll-back", metric: "wrong" });
});

test("disagreement is held against its limit alone", () => {
  const rule = limitRule("disagreement", 0.02, 1, { requests: 100, events: 1 });
  const agreeing = after([rule], 40, { blocks: { disagreement: block(20, 0, 0, 0) } });
  const differing = after([rule], 10, { blocks: { disagreement: block(20, 3, 0, 0) } });

  expect(judge([rule], agreeing, CONFIDENCE)).toEqual({ kind: "more-data", cleared: 0 });
  expect(judge([rule], differing, CONFIDENCE)).toEqual({ kind: "roll-back", metric: "disagreement" });
});

test("an estimate clears steps while the truth is late, each of the two with half of the chance to err", () => {
  const state = after([wrong, estimated], 400, { blocks: { "estimated-wrong": block(20, 1, 20, 1) } });

  expect(judge([wrong, estimated], state, CONFIDENCE)).toEqual({ kind: "more-data", cleared: 2 });
  expect(neededToGoOn(estimated, [wrong, estimated], CONFIDENCE)).toBeCloseTo(Math.log(40));
  expect(neededToGoOn(errors, [errors, wrong, estimated], CONFIDENCE)).toBeCloseTo(Math.log(20));
});

test("truth that leans against a version silences the estimate that praises it, before it decides", () => {
  const rounds = (known: number) => {
    let state = after([wrong, estimated], 400, { blocks: { "estimated-wrong": block(20, 1, 20, 1) } });
    for (let round = 0; round < known; round++)
      state = see([wrong, estimated], state, { blocks: { wrong: block(2, 1, 2, 0) } }, OUTLOOK, CONFIDENCE);
    return judge([wrong, estimated], state, CONFIDENCE);
  };

  expect(rounds(0)).toEqual({ kind: "more-data", cleared: 2 });
  expect(rounds(5)).toEqual({ kind: "more-data", cleared: -1 });
  expect(rounds(40)).toEqual({ kind: "roll-back", metric: "wrong" });
});

test("an estimate that blames a version is not heard once the truth has cleared it", () => {
  const blamed = { "estimated-wrong": block(20, 8, 20, 1) };
  const cleared = { wrong: block(200, 4, 200, 4) };

  expect(judge([wrong, estimated], after([wrong, estimated], 40, { blocks: blamed }), CONFIDENCE)).toMatchObject({
    metric: "estimated-wrong",
  });
  expect(judge([wrong, estimated], after([wrong, estimated], 40, { blocks: { ...blamed, ...cleared } }), CONFIDENCE)).toEqual({
    kind: "more-data",
    cleared: 2,
  });
});

test("the state survives being stored as JSON", () => {
  const state = after([errors], 5, { blocks: { errors: block(20, 1, 20, 0) }, split: { candidate: 20, total: 40, share: 0.5 } });

  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
});
