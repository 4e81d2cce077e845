import { expect, test } from "vitest";
import { rulesOf } from "../release/rules.ts";
import { rolloutPlan } from "./rollout.ts";

const base = { requests: "requests.json", smoke: { requests: 1 }, load: { requestsPerSecond: 10 } };
const problems = (plan: object) =>
  rolloutPlan.safeParse({ ...base, ...plan }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

test("without a word about it, evidence moves users in five steps", () => {
  const rules = rulesOf(rolloutPlan.parse(base));

  expect(rules.positions).toEqual([5, 10, 25, 50, 100]);
  expect(rules.metrics.map(({ name }) => name)).toEqual(["errors", "slow"]);
  // Half a percent of all requests, whatever the share of the candidate.
  expect(rules.metrics[0]?.fineBelow).toEqual([0.1, 0.05, 0.02, 0.01, 0.005]);
});

test("how the stable version did before is where bets and the foretold time begin", () => {
  const { metrics } = rulesOf(rolloutPlan.parse(base), { requests: 50_000, events: 750 });

  expect(metrics[0]?.prior).toEqual({ requests: 1000, events: 15 });
  expect(rulesOf(rolloutPlan.parse(base), { requests: 0, events: 0 }).metrics[0]?.prior).toEqual({ requests: 100, events: 0.5 });
});

test("mirroring comes before users, and brings disagreement with it", () => {
  const first = rulesOf(rolloutPlan.parse({ ...base, strategy: "mirror-first" }));
  const alone = rulesOf(rolloutPlan.parse({ ...base, strategy: "blue-green" }));

  expect(first.positions).toEqual([0, 5, 10, 25, 50, 100]);
  expect(alone.positions).toEqual([0, 100]);
  expect(alone.metrics.map(({ name }) => name)).toEqual(["errors", "slow", "disagreement"]);
});

test("an A/B test demands the stated gain of one metric and guards the others", () => {
  const { positions, metrics } = rulesOf(rolloutPlan.parse({ ...base, strategy: "ab", ab: { metric: "slow", effect: 0.05 } }));

  expect(positions).toEqual([50, 100]);
  expect(metrics.map(({ name, worseAbove, fineBelow }) => [name, worseAbove, fineBelow.at(-1)])).toEqual([
    ["errors", 0, 0.005],
    ["slow", -0.05, 0],
  ]);
});

test("an estimate of quality speaks for the truth while that is late, and for itself where there is none", () => {
  const metrics = (quality: object) =>
    rulesOf(rolloutPlan.parse({ ...base, evidence: { quality } })).metrics.map(({ name, answers, isLate, standsInFor }) => ({
      name,
      answers,
      isLate,
      standsInFor,
    }));

  expect(metrics({ labels: "labels.jsonl", collected: "rows", estimate: true }).slice(2)).toEqual([
    { name: "wrong", answers: "collected", isLate: true },
    { name: "estimated-wrong", answers: "collected", standsInFor: "wrong" },
  ]);
  expect(metrics({ estimate: true }).slice(2)).toEqual([{ name: "estimated-wrong", answers: "own" }]);
});

test.each([
  [{ verdict: "fixed" }, ["holdSeconds: holdSeconds is needed by verdict: fixed", "limits: limits is needed by verdict: fixed"]],
  [{ holdSeconds: 3 }, ["holdSeconds: holdSeconds belongs to verdict: fixed; this plan's verdict is sequential"]],
  [
    { verdict: "fixed", strategy: "blue-green", holdSeconds: 1, limits: { errorRate: 0, p99Ms: 1 } },
    ["strategy: strategy blue-green compares versions; it needs verdict: sequential"],
  ],
  [{ ab: { metric: "slow", effect: 0.1 } }, ["ab: ab belongs to strategy: ab; this plan's strategy is canary"]],
  [{ strategy: "ab" }, ["ab: strategy: ab needs ab with a metric and an effect"]],
  [{ strategy: "ab", ab: { metric: "wrong", effect: 0.1 } }, ["ab: ab.metric wrong needs evidence.quality.labels or truth"]],
  [{ strategy: "blue-green", steps: [50, 100] }, ["steps: strategy blue-green has no steps"]],
  [{ steps: [50, 20, 100] }, ["steps: steps must rise"]],
  [{ steps: [50] }, ["steps: the last step must be 100"]],
  [{ evidence: { quality: {} } }, ["evidence.quality: quality needs labels, truth or estimate: true"]],
  [
    { evidence: { quality: { truth: "a.json", labels: "b.jsonl" } } },
    ["evidence.quality: quality.truth is about the sample requests; it goes neither with labels nor with collected"],
  ],
  [
    { load: { requestsPerSecond: 10, send: "never" }, evidence: { quality: { estimate: true } } },
    [
      "load.send: load.send never leaves nothing for evidence.quality without collected, which is about the release's own requests",
    ],
  ],
])("%j is refused by name", (plan, expected) => {
  expect(problems(plan)).toEqual(expected);
});
