import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { findEndpoint, openDocuments } from "../../src/arm/index.ts";
import { HOLDOUT_FILE } from "../../src/mlops/gate.ts";
import { listReleases, release } from "../../src/mlops/index.ts";
import { livePath } from "../../src/mlops/release/live.ts";
import { LINEAR } from "../../src/serve/testing/models.ts";
import { contextOf, looksOf, modelVersion, planOf, type ReleaseWorld, startReleaseWorld } from "../support/release.ts";

const LIMIT_MS = 120_000;
const OWNER = { owner: "test" };
const { signal } = new AbortController();
let on: ReleaseWorld;

/** The same labels with softer probabilities the smaller the factor: about 0.96 for the sample at 1, 0.45 at 0.15. */
const sureBy = (factor: number) =>
  Buffer.from(
    encodeModel({
      ...LINEAR,
      weights: [{ ...LINEAR.weights[0], data: LINEAR.weights[0].data.map((one) => one * factor) }],
    }),
  );

/** Of a hundred rows at each confidence, as many were right as it says. */
const holdout = JSON.stringify({
  rows: [0.4, 0.6, 0.8, 0.95].flatMap((confidence) =>
    Array.from({ length: 100 }, (_, at) => ({
      id: `${confidence}/${at}`,
      truth: at < confidence * 100 ? 1 : 0,
      prediction: 1,
      probabilities: [1 - confidence, confidence],
    })),
  ),
});

beforeAll(async () => {
  on = await startReleaseWorld();
  for (const [version, factor] of [
    ["1", 1],
    ["2", 1],
    ["3", 0.15],
  ] as const)
    await on.world.model("linear", version, { "model.onnx": sureBy(factor), [HOLDOUT_FILE]: holdout });
}, LIMIT_MS);
afterAll(() => on[Symbol.asyncDispose]());

test("without any truth a release estimates who is wrong by confidence: one that is as sure is promoted, one that guesses goes back by itself", {
  timeout: LIMIT_MS,
}, async () => {
  const plan = {
    ...planOf("ep-estimate", { evidence: { quality: { estimate: true, margin: 0.2 } } }),
    sampleRequests: [JSON.stringify({ data: [[5.1, 3.5, 1.4, 0.2]] })],
  };
  const [sure, guessing] = [contextOf(), contextOf()];
  const version = (name: string) => modelVersion(on.workspace, name, "linear");
  await release(on.workspace, plan, await version("1"), contextOf(), OWNER);

  const promoted = await release(on.workspace, plan, await version("2"), sure, OWNER);
  const refused = release(on.workspace, plan, await version("3"), guessing, OWNER);
  await expect(refused).rejects.toMatchObject({
    code: "mlops.release-rolled-back",
    exitCode: 4,
    message: expect.stringMatching(/^release stopped at 50 %: estimated-wrong [\d.]+ of \d+ against [\d.]+ of \d+ of the stable/),
  });

  expect(promoted.deployment).toBe("green");
  const { metrics = [] } = looksOf(sure.events).at(-1) ?? {};
  expect(metrics.map(({ name }) => name)).toEqual(["errors", "slow", "estimated-wrong"]);
  // What is held out at 0.95 was right 95 times of 100.
  const estimated = metrics.find(({ name }) => name === "estimated-wrong");
  expect((estimated?.stable.events ?? 0) / (estimated?.stable.requests ?? 0)).toBeCloseTo(0.05, 5);

  // Back by itself: the traffic, the word about it, the history, and nothing left on the page of what runs.
  expect((await findEndpoint(on.workspace, "ep-estimate"))?.traffic).toMatchObject({ green: 100 });
  expect(guessing.events.filter(({ name }) => name === "release.rolled-back").map(({ payload }) => payload)).toEqual([
    { endpoint: "ep-estimate", reason: expect.stringContaining("estimated-wrong") },
  ]);
  const traffic = guessing.events.filter(({ name }) => name === "endpoint.traffic").map(({ payload }) => payload);
  expect(traffic).toEqual([
    { endpoint: "ep-estimate", traffic: { green: 50, blue: 50 } },
    { endpoint: "ep-estimate", traffic: { green: 100 } },
  ]);
  const documents = await openDocuments(on.workspace, signal);
  const [last, before] = await listReleases(documents, "ep-estimate", 2, signal);
  expect([last?.ended?.outcome, before?.ended?.outcome]).toEqual(["rolled-back", "promoted"]);
  expect(await documents.read(livePath("ep-estimate"), signal)).toBe("{}");
});

test("a version whose held-out rows have no probabilities cannot be estimated, and is refused before it meets a user", {
  timeout: LIMIT_MS,
}, async () => {
  const plan = { ...planOf("ep-blind", { evidence: { quality: { estimate: true } } }) };
  await release(on.workspace, plan, await on.model("1"), contextOf(), OWNER);

  await expect(release(on.workspace, plan, await on.model("2"), contextOf(), OWNER)).rejects.toThrow(HOLDOUT_FILE);

  expect((await findEndpoint(on.workspace, "ep-blind"))?.traffic).toMatchObject({ blue: 100 });
});
