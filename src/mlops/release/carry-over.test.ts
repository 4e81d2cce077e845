import { expect, test } from "vitest";
import { rolloutPlan } from "../files/rollout.ts";
import { carriedOver } from "./carry-over.ts";
import { rulesOf } from "./rules.ts";
import { see, startVerdict } from "./verdict.ts";

const base = { requests: "requests.json", smoke: { requests: 1 }, load: { requestsPerSecond: 10 } };
const rules = (quality: object, more: object = {}) => rulesOf(rolloutPlan.parse({ ...base, ...more, evidence: { quality } }));
const block = { candidate: { requests: 50, events: 1 }, stable: { requests: 50, events: 1 } };

function left(of: ReturnType<typeof rules>) {
  const outlook = { pace: { users: 0, own: 10 }, secondsLeft: 1000 };
  const blocks = { errors: block, wrong: block };
  return see(
    of.metrics,
    startVerdict(of.metrics),
    { blocks, split: { candidate: 5, total: 10, share: 0.5 } },
    outlook,
    of.confidence,
  );
}

test("what was seen before a crash still counts", () => {
  const own = rules({ labels: "labels.jsonl" });

  expect(carriedOver(left(own), own)).toEqual(left(own));
});

test("collected answers are judged anew, as they are read from the release's start again", () => {
  const collected = rules({ labels: "labels.jsonl", collected: "rows" });
  const state = carriedOver(left(collected), collected);

  expect(state.metrics.errors).toEqual(left(collected).metrics.errors);
  expect(state.metrics.wrong?.seen.candidate.requests).toBe(0);
  expect(state.split.total).toBe(10);
});

test("the state of other rules is no use", () => {
  const edited = rules({ labels: "labels.jsonl" }, { steps: [50, 100] });

  expect(carriedOver(left(rules({ labels: "labels.jsonl" })), edited)).toEqual(startVerdict(edited.metrics));
  expect(carriedOver(undefined, edited)).toEqual(startVerdict(edited.metrics));
});
