import { expect, test } from "vitest";
import { rolloutPlan } from "../files/rollout.ts";
import { carriedOver, type Left } from "./carry-over.ts";
import { rulesOf } from "./rules.ts";
import { see, startVerdict } from "./verdict.ts";

const base = { requests: "requests.json", smoke: { requests: 1 }, load: { requestsPerSecond: 10 } };
const rules = (quality: object, more: object = {}) => rulesOf(rolloutPlan.parse({ ...base, ...more, evidence: { quality } }));
const block = { candidate: { requests: 50, events: 1 }, stable: { requests: 50, events: 1 } };

function left(of: ReturnType<typeof rules>): Left {
  const outlook = { pace: { users: 0, own: 10 }, secondsLeft: 1000 };
  const observation = { blocks: { errors: block, wrong: block }, split: { candidate: 5, total: 10, share: 0.5 } };
  const state = see(of.metrics, startVerdict(of.metrics), observation, outlook, of.confidence);
  return { state, claims: of.claims, seconds: 70 };
}

test("what was seen before a crash still counts, and so does the time that it took", () => {
  const own = rules({ labels: "labels.jsonl" });

  expect(carriedOver(left(own), own)).toEqual(left(own));
});

test("collected answers are judged anew, as they are read from the release's start again", () => {
  const collected = rules({ labels: "labels.jsonl", collected: "rows" });
  const { state } = carriedOver(left(collected), collected);

  expect(state.metrics.errors).toEqual(left(collected).state.metrics.errors);
  expect(state.metrics.wrong?.seen.candidate.requests).toBe(0);
  expect(state.split.total).toBe(10);
});

test.each<[string, object, object]>([
  ["steps", {}, { steps: [50, 100] }],
  ["a margin", { margin: 0.2 }, {}],
  ["what is wrong", { labels: "other.jsonl" }, {}],
  ["whose requests", {}, { load: { requestsPerSecond: 10, send: "always" } }],
])("evidence against other claims is no use: %s was edited", (_, quality, more) => {
  const [before, edited] = [rules({ labels: "labels.jsonl" }), rules({ labels: "labels.jsonl", ...quality }, more)];
  const anew = { state: startVerdict(edited.metrics), claims: edited.claims, seconds: 0 };

  expect(carriedOver(left(before), edited)).toEqual(anew);
  expect(carriedOver(undefined, edited)).toEqual(anew);
});

test("evidence is as good where more or less of it is asked for", () => {
  const before = rules({ labels: "labels.jsonl" });
  const surer = rulesOf(rolloutPlan.parse({ ...base, evidence: { quality: { labels: "labels.jsonl" }, falsePromotion: 0.01 } }));

  expect(carriedOver(left(before), surer)).toEqual(left(before));
});
