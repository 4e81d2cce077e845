import { afterAll, beforeAll, expect, test } from "vitest";
import { HOLDOUT_FILE, judge } from "../../src/mlops/gate.ts";
import type { Training } from "../../src/mlops/train.ts";
import { contextOf, modelVersion, planOf, type ReleaseWorld, startReleaseWorld } from "../support/release.ts";
import { STUMP } from "../support/stump.ts";

const LIMIT_MS = 60_000;
let on: ReleaseWorld;

/** Forty rows of which the first so many are predicted right. */
const rowsOf = (right: number, idOf: (at: number) => string = String) =>
  JSON.stringify({ rows: Array.from({ length: 40 }, (_, at) => ({ id: idOf(at), truth: 1, prediction: at < right ? 1 : 0 })) });

const FILES = {
  champion: rowsOf(36),
  same: rowsOf(36),
  worse: rowsOf(20),
  twice: rowsOf(36, (at) => String(Math.min(at, 38))),
  others: rowsOf(36, (at) => `other ${at}`),
  damaged: '{"rows": [',
  empty: '{"rows": []}',
  infinite: '{"rows": [{"id": 1, "truth": 1e999, "prediction": 1}]}',
};

beforeAll(async () => {
  on = await startReleaseWorld();
  for (const [name, text] of Object.entries(FILES))
    await on.world.model(name, "1", { "model.onnx": STUMP, [HOLDOUT_FILE]: text });
}, LIMIT_MS);
afterAll(() => on[Symbol.asyncDispose]());

async function judged(name: keyof typeof FILES, metrics: Readonly<Record<string, number>> = { accuracy: 0.9 }) {
  const { release } = planOf("gated");
  const gate = { minimum: { accuracy: 0.8 }, champion: { margin: 0.1, confidence: 0.95 } };
  const { uri: modelUri } = await modelVersion(on.workspace, "1", name);
  const training = { job: "job-1", run: { metrics }, modelUri } as Training;
  const champion = await modelVersion(on.workspace, "1", "champion");
  return judge(on.workspace, { ...release, gate }, training, champion, contextOf());
}

test("a candidate that does as well on the same rows passes, and one that does worse is told by how much", async () => {
  expect(await judged("same")).toMatchObject({ accepted: true, comparison: { rows: 40, gained: 0, lost: 0 } });

  const { accepted, reasons, comparison } = await judged("worse");
  expect(accepted).toBe(false);
  expect(comparison).toMatchObject({ gained: 0, lost: 16 });
  expect(reasons.at(-1)).toMatch(/^refused: against champion champion:1 on 40 held-out rows: gained 0, lost 16;/);
});

test.each([
  ["is missing", {}, /^refused: accuracy was not logged by job job-1$/],
  ["is no number", { accuracy: Number.NaN }, /^refused: accuracy NaN against a minimum of 0.8$/],
  ["is too low", { accuracy: 0.79999 }, /^refused: accuracy 0.8000 against a minimum of 0.8$/],
])("a metric that %s refuses the candidate", async (_, metrics, reason) => {
  const { accepted, reasons } = await judged("same", metrics);

  expect(accepted).toBe(false);
  expect(reasons[0]).toMatch(reason);
});

test.each<[keyof typeof FILES, string]>([
  ["twice", "mlops.bad-holdout"],
  ["damaged", "mlops.bad-holdout"],
  ["empty", "mlops.bad-holdout"],
  ["infinite", "mlops.bad-holdout"],
  ["others", "mlops.holdout-differs"],
])("held-out rows that are %s compare nothing", async (name, code) => {
  await expect(judged(name)).rejects.toMatchObject({ code });
});
