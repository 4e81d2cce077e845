import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEndpoint } from "../../src/arm/index.ts";
import { onlineDeployment } from "../../src/mlops/files/endpoint.ts";
import { release } from "../../src/mlops/index.ts";
import type { ModelPlan } from "../../src/mlops/plan.ts";
import { startLoad } from "../../src/mlops/release/load.ts";
import { openScoring, scoringHeaders } from "../../src/mlops/score.ts";
import { contextOf, modelVersion, planOf, type ReleaseWorld, startReleaseWorld } from "../support/release.ts";
import { STUMP } from "../support/stump.ts";

const LIMIT_MS = 240_000;
const OWNER = { owner: "test" };
/** Answers `tall` where the others answer `high`. */
const OTHER_WORD = Buffer.from(STUMP.toString("latin1").replace("high", "tall"), "latin1");
let on: ReleaseWorld;
let folder: string;

beforeAll(async () => {
  on = await startReleaseWorld();
  await on.world.model("tall", "1", { "model.onnx": OTHER_WORD });
  folder = await mkdtemp(join(tmpdir(), "quayside-truth-"));
}, LIMIT_MS);
afterAll(async () => {
  await on[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A plan whose deployments collect their answers into the workspace's store, and whose truth comes to `file`. */
function planWith(endpoint: string, file: string): ModelPlan {
  const plan = planOf(endpoint, {
    load: { requestsPerSecond: 100, send: "never" },
    evidence: {
      giveUpAfterSeconds: 100,
      quality: {
        labels: file,
        collected: "azureml://datastores/workspaceblobstore/paths/modelDataCollector",
        margin: 0.3,
      },
    },
  });
  const value = onlineDeployment.parse({
    ...plan.deployment.value,
    data_collector: { collections: { model_outputs: { enabled: true } } },
  });
  return { ...plan, folder, deployment: { ...plan.deployment, value } };
}

/** Users of an endpoint, and the truth about each answer half a second later: it was `high` all along. */
async function users(endpoint: string, file: string): Promise<AsyncDisposable> {
  const found = await findEndpoint(on.workspace, endpoint);
  if (found === undefined) throw new Error(`no endpoint ${endpoint}`);
  const scoring = await openScoring(on.workspace, found, new AbortController().signal);
  let known: string[] = [];
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    const lines = known.map((id) => `${JSON.stringify({ request_id: id, label: "high" })}\n`).join("");
    known = [];
    writing = writing.then(() => appendFile(join(folder, file), lines));
  }, 500);
  const load = startLoad({
    url: scoring.url,
    headers: scoringHeaders(scoring),
    bodies: [JSON.stringify({ data: [[0.9, 0]] })],
    requestsPerSecond: 100,
    connections: 8,
    onOutcome: ({ requestId }) => void known.push(requestId),
  });
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await load.stop();
      await writing;
    },
  };
}

test("users' answers are joined with labels that come later: what turns out wrong goes back, what is right is promoted", {
  timeout: LIMIT_MS,
}, async () => {
  const plan = planWith("ep-truth", "labels.jsonl");
  await release(on.workspace, plan, await on.model("1"), contextOf(), OWNER);
  await using _users = await users("ep-truth", "labels.jsonl");

  const context = contextOf();
  await expect(release(on.workspace, plan, await modelVersion(on.workspace, "1", "tall"), context, OWNER)).rejects.toMatchObject({
    code: "mlops.release-rolled-back",
    message: expect.stringMatching(/^release stopped at 50 %: wrong (\d+) of \1 against 0 of \d+ of the stable version$/),
  });
  const result = await release(on.workspace, plan, await on.model("2"), contextOf(), OWNER);

  expect(result.deployment).toBe("green");
  const looks = context.events.filter(({ name }) => name === "release.evidence").map(({ payload }) => payload);
  expect(looks.at(-1)).toMatchObject({
    truth: { labelled: { candidate: expect.any(Number), stable: expect.any(Number) }, conflicts: 0, misfits: 0 },
  });
});
