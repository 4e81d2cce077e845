import { appendFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { release } from "../../src/mlops/index.ts";
import { contextOf, planOf, type ReleaseWorld, startReleaseWorld } from "../support/release.ts";

const LIMIT_MS = 60_000;
const ENDPOINT = "ep-truth";
let on: ReleaseWorld;
let folder: string;

beforeAll(async () => {
  on = await startReleaseWorld();
  folder = await mkdtemp(join(tmpdir(), "quayside-truth-"));
}, LIMIT_MS);
afterAll(async () => {
  await on[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Users are answered, and the truth about each answer comes half a second later: of green's every other one is wrong. */
function world(): AsyncDisposable {
  let turn = 0;
  let working = Promise.resolve();
  const round = async () => {
    turn++;
    const late: string[] = [];
    const time = new Date();
    for (const [deployment, wrongEvery] of [
      ["blue", 50],
      ["green", 2],
    ] as const) {
      const ids = Array.from({ length: 20 }, (_, at) => ({ id: `${deployment}-${turn}-${at}`, isWrong: at % wrongEvery === 1 }));
      const data = ids.map(({ id }) => ({ quayside_row_id: `${id}/0`, label: "high" }));
      const place = join(folder, ENDPOINT, deployment, "model_outputs", ...time.toISOString().slice(0, 13).split(/[-T]/));
      await mkdir(place, { recursive: true });
      await appendFile(join(place, "one.jsonl"), `${JSON.stringify({ time: time.toISOString(), data })}\n`);
      late.push(...ids.map(({ id, isWrong }) => `${JSON.stringify({ request_id: id, label: isWrong ? "low" : "high" })}\n`));
    }
    setTimeout(() => void appendFile(join(folder, "labels.jsonl"), late.join("")), 500);
  };
  const timer = setInterval(() => {
    working = working.then(round);
  }, 100);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await working;
      await new Promise((resolve) => setTimeout(resolve, 600));
    },
  };
}

test("a version whose answers turn out wrong goes back by labels that came later, joined by request id", {
  timeout: LIMIT_MS,
}, async () => {
  await release(on.workspace, planOf(ENDPOINT), await on.model("1"), contextOf(), { owner: "test" });
  const context = contextOf();
  const plan = {
    ...planOf(ENDPOINT, { evidence: { quality: { labels: "labels.jsonl", collected: ".", margin: 0.2 } } }),
    folder,
  };

  await using _world = world();
  await expect(release(on.workspace, plan, await on.model("2"), context, { owner: "test" })).rejects.toMatchObject({
    code: "mlops.release-rolled-back",
    message: expect.stringMatching(/^release stopped at 50 %: wrong \d+ of \d+ against \d+ of \d+ of the stable version$/),
  });

  const evidence = context.events.filter(({ name }) => name === "release.evidence").map(({ payload }) => payload);
  expect(evidence.at(-1)).toMatchObject({
    truth: { answered: { candidate: expect.any(Number) }, labelled: { candidate: expect.any(Number) }, conflicts: 0 },
  });
});
