import { expect, test } from "vitest";
import type { Clock } from "../../base/index.ts";
import { recordingReporter } from "../../report/index.ts";
import { rolloutPlan } from "../files/rollout.ts";
import { carriedOver, type Left } from "./carry-over.ts";
import { rulesOf } from "./rules.ts";
import { climbByEvidence, type SequentialClimb } from "./sequential.ts";
import type { Source } from "./source.ts";
import type { Observation } from "./verdict.ts";

const plan = rolloutPlan.parse({
  requests: "requests.json",
  smoke: { requests: 1 },
  steps: [10, 50, 100],
  load: { requestsPerSecond: 100 },
  evidence: { errors: { margin: 0.01 }, latency: { margin: 0.05 }, checkSeconds: 10, giveUpAfterSeconds: 600 },
});
const rules = rulesOf(plan);
const NO_LOAD = { sent: 0, failed: 0, p50Ms: 0, p99Ms: 0 };

/** A climb whose every look sees what `seen` says of the present share; time passes at once. */
function climb(seen: (percent: number) => Observation, more: Partial<SequentialClimb> = {}) {
  const shares: number[] = [];
  const recorded: ({ percent: number } & Left)[] = [];
  const reporter = recordingReporter();
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const source: Source = {
    expect: () => undefined,
    take: async () => seen(shares.at(-1) ?? 0),
    pace: () => ({ users: 0, own: 100 }),
  };
  const work = climbByEvidence({
    plan,
    rules,
    endpoint: "e",
    pair: { stable: "blue", candidate: "green" },
    positions: rules.positions,
    position: 0,
    before: carriedOver(undefined, rules),
    source,
    load: {
      window: () => ({ ...NO_LOAD, byDeployment: {} }),
      mark: () => undefined,
      total: () => NO_LOAD,
      setRate: () => undefined,
      stop: async () => NO_LOAD,
      abandon: async () => undefined,
    },
    context: { reporter, clock, signal: new AbortController().signal, pollMs: 1, newId: () => "id" },
    share: async (percent) => void shares.push(percent),
    check: async () => undefined,
    record: async ({ percent, seconds }, kept) => void recorded.push({ percent, seconds, ...kept }),
    show: () => undefined,
    ...more,
  });
  return { work, shares, recorded, events: reporter.events, elapsed: () => now / 1000 };
}

/** A look of 1,000 requests with these shares of failures. */
const requests =
  (candidate: number, stable: number) =>
  (percent: number): Observation => {
    const [c, s] = [percent * 10, 1000 - percent * 10];
    const block = { candidate: { requests: c, events: c * candidate }, stable: { requests: s, events: s * stable } };
    return { blocks: { errors: block, slow: block }, split: { candidate: c, total: 1000, share: percent / 100 } };
  };

test("a good candidate gets one share after the other, within about the time that was announced", async () => {
  const { work, shares, events, elapsed } = climb(requests(0.005, 0.005));

  await work;

  expect(shares).toEqual([10, 50, 100]);
  const [note] = events.filter(({ name }) => name === "note").map(({ payload }) => JSON.stringify(payload));
  const announced = Number(/about (\d+) s/.exec(note ?? "")?.[1]);
  expect(elapsed()).toBeGreaterThan(announced / 3);
  expect(elapsed()).toBeLessThan(announced * 3);
});

test("a bad one stops at its first share, with the metric and its counts", async () => {
  const { work, shares } = climb(requests(0.1, 0.005));

  await expect(work).rejects.toMatchObject({
    code: "mlops.release-rolled-back",
    message: "release stopped at 10 %: errors 10 of 100 against 4.5 of 900 of the stable version",
  });
  expect(shares).toEqual([10]);
});

test("without data there is no verdict: the time runs out and says so", async () => {
  const { work, shares, elapsed } = climb(() => ({ blocks: {} }));

  await expect(work).rejects.toMatchObject({ code: "mlops.release-undecided", exitCode: 4 });
  expect(shares).toEqual([10]);
  expect(elapsed()).toBe(600);
});

test("a split that is not what was set stops the release whatever the figures", async () => {
  const { work } = climb((percent) => ({
    ...requests(0, 0)(percent),
    split: { candidate: 0, total: 1000, share: percent / 100 },
  }));

  await expect(work).rejects.toMatchObject({
    code: "mlops.split-mismatch",
    message: expect.stringContaining("green got 0 of 1000 requests where 10 % was set"),
  });
});

test("an endpoint that became somebody else's is left at once", async () => {
  const { work, shares } = climb(requests(0, 0), {
    check: async () => {
      throw new Error("somebody else");
    },
  });

  await expect(work).rejects.toThrow("somebody else");
  expect(shares).toEqual([10]);
});

test("a release that goes on from its stored state needs only what was missing", async () => {
  const first = climb(requests(0.005, 0.005));
  await first.work;
  const stored = first.recorded.find(({ percent }) => percent === 50);

  const second = climb(requests(0.005, 0.005), { before: carriedOver(stored, rules), position: 1 });
  await second.work;

  expect(second.shares).toEqual([50, 100]);
  expect(second.elapsed()).toBeLessThan(first.elapsed());
});

test("the time that an earlier controller watched counts, and that in which nobody did does not", async () => {
  const { work, elapsed, events } = climb(() => ({ blocks: {} }), { before: { ...carriedOver(undefined, rules), seconds: 570 } });

  await expect(work).rejects.toMatchObject({ message: expect.stringContaining("undecided after 600 s") });
  expect(elapsed()).toBe(30);
  const looks = events.filter(({ name }) => name === "release.evidence").map(({ payload }) => payload);
  expect(looks).toMatchObject([{ seconds: 580 }, { seconds: 590 }, { seconds: 600 }]);
});

test("a version that never failed, and its past without a failure, are no reason to promote when the time is up", async () => {
  const blameless = rulesOf(plan, { requests: 800, events: 0 });
  const quiet = (percent: number): Observation => {
    const [c, s] = [percent / 100, 1 - percent / 100];
    const none = { candidate: { requests: c, events: 0 }, stable: { requests: s, events: 0 } };
    const plenty = { candidate: { requests: c * 1e4, events: 0 }, stable: { requests: s * 1e4, events: 0 } };
    return { blocks: { errors: none, slow: plenty } };
  };
  const { work, shares, recorded } = climb(quiet, { rules: blameless, before: carriedOver(undefined, blameless) });

  await expect(work).rejects.toMatchObject({ code: "mlops.release-undecided" });

  expect(shares).toEqual([10]);
  const { fine } = recorded.at(-1)?.state.metrics.errors ?? {};
  expect(fine?.flat().every(Number.isFinite)).toBe(true);
});

test("when the traffic cannot decide in time, that is said before it starts", async () => {
  const hurried = { ...plan, evidence: { ...plan.evidence, giveUpAfterSeconds: 20 } };
  const { work, events } = climb(requests(0.005, 0.005), { plan: hurried });

  await expect(work).rejects.toMatchObject({ code: "mlops.release-undecided" });

  expect(events[0]?.payload).toEqual({ message: expect.stringContaining("takes longer than the 20 s it may") });
});
