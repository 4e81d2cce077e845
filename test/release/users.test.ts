import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { findEndpoint } from "../../src/arm/index.ts";
import { release } from "../../src/mlops/index.ts";
import { startLoad } from "../../src/mlops/release/load.ts";
import { openScoring, scoringHeaders } from "../../src/mlops/score.ts";
import { LINEAR } from "../../src/serve/testing/models.ts";
import { contextOf, modelVersion, notesOf, planOf, type ReleaseWorld, startReleaseWorld } from "../support/release.ts";

const LIMIT_MS = 120_000;
const OWNER = { owner: "test" };
const NARROW = JSON.stringify({ data: [[0.9, 0]] });
const WIDE = JSON.stringify({ data: [[5.1, 3.5, 1.4, 0.2]] });
let on: ReleaseWorld;

beforeAll(async () => {
  on = await startReleaseWorld();
  await on.world.model("stump", "3", { "model.onnx": Buffer.from(encodeModel(LINEAR)) });
}, LIMIT_MS);
afterAll(() => on[Symbol.asyncDispose]());

/** Users who score at an endpoint of the first version until they are told to stop. */
async function users(endpoint: string, requestsPerSecond: number): Promise<AsyncDisposable> {
  const { endpoint: made } = await release(on.workspace, planOf(endpoint), await on.model("1"), contextOf(), OWNER);
  const scoring = await openScoring(on.workspace, made, new AbortController().signal);
  const headers = scoringHeaders(scoring);
  const load = startLoad({ url: scoring.url, headers, bodies: [NARROW], requestsPerSecond, connections: 8 });
  return { [Symbol.asyncDispose]: async () => void (await load.stop()) };
}

test("users' own requests are the evidence where there are enough of them, and nothing is added", {
  timeout: LIMIT_MS,
}, async () => {
  await using _load = await users("ep-enough", 200);
  const context = contextOf();
  const plan = planOf("ep-enough", { load: { requestsPerSecond: 100 } });

  const result = await release(on.workspace, plan, await on.model("2"), context, OWNER);

  expect(result.deployment).toBe("green");
  expect(notesOf(context.events)).toContainEqual(
    expect.stringMatching(/^users send about \d+ requests\/s; the release adds 0 of its own$/),
  );
  const [first] = context.events.filter(({ name }) => name === "release.evidence").map(({ payload }) => payload);
  expect(first).toMatchObject({ requestsPerSecond: { own: 0 } });
  expect(result.load?.sent).toBeLessThan(20);
});

test("a version that answers the release's own requests and refuses what users send goes back", {
  timeout: LIMIT_MS,
}, async () => {
  await using _load = await users("ep-refused", 200);
  const plan = {
    ...planOf("ep-refused", { load: { requestsPerSecond: 100, send: "never" }, steps: [10, 100] }),
    sampleRequests: [WIDE],
  };

  const work = release(on.workspace, plan, await modelVersion(on.workspace, "3"), contextOf(), OWNER);
  await expect(work).rejects.toMatchObject({
    code: "mlops.release-rolled-back",
    message: expect.stringMatching(/^release stopped at 10 %: errors (\d+) of \1 against 0 of \d+ of the stable version$/),
  });

  expect((await findEndpoint(on.workspace, "ep-refused"))?.traffic).toMatchObject({ blue: 100 });
});

test("copies of users' requests judge a version before any of them meets it, and the router stops copying", {
  timeout: LIMIT_MS,
}, async () => {
  await using _load = await users("ep-copies", 200);
  const send = { requestsPerSecond: 100, send: "never" };
  const good = contextOf();

  const plan = planOf("ep-copies", { strategy: "blue-green", steps: undefined, load: send });
  await release(on.workspace, plan, await on.model("2"), good, OWNER);

  const after = await findEndpoint(on.workspace, "ep-copies");
  expect(after).toMatchObject({ traffic: { green: 100 }, properties: { "quayside.mirror": "{}" } });
  const looks = good.events.filter(({ name }) => name === "release.evidence").map(({ payload }) => payload);
  expect(looks.at(-1)).toMatchObject({
    percent: 0,
    metrics: [{ name: "errors" }, { name: "slow" }, { name: "disagreement", candidate: { events: 0 } }],
  });

  const wide = { ...plan, sampleRequests: [WIDE] };
  const bad = release(on.workspace, wide, await modelVersion(on.workspace, "3"), contextOf(), OWNER);
  await expect(bad).rejects.toMatchObject({
    message: expect.stringMatching(/^release stopped at 0 %: errors (\d+) of \1 against 0 of \d+ of the stable version$/),
  });
  expect(await findEndpoint(on.workspace, "ep-copies")).toMatchObject({
    traffic: { green: 100 },
    properties: { "quayside.mirror": "{}" },
  });
});

test("where callers stay with one version, users' requests are no evidence: the release sends its own, or says that it must", {
  timeout: LIMIT_MS,
}, async () => {
  await release(on.workspace, planOf("ep-sticky"), await on.model("1"), contextOf(), OWNER);
  const id = `${on.world.workspace}/onlineEndpoints/ep-sticky`;
  const { json } = await on.world.test.ask("GET", id);
  const sticky = { properties: { "quayside.sticky": '{"header":"x-user"}' } };
  const body = { ...json, properties: { ...(json.properties as object), ...sticky } };
  await on.world.test.settle(await on.world.test.ask("PUT", id, { body }));
  const context = contextOf();

  const never = planOf("ep-sticky", { load: { requestsPerSecond: 100, send: "never" } });
  await expect(release(on.workspace, never, await on.model("2"), context, OWNER)).rejects.toMatchObject({
    code: "mlops.no-user-evidence",
    exitCode: 3,
  });
  const result = await release(on.workspace, planOf("ep-sticky"), await on.model("2"), context, OWNER);

  expect(result.deployment).toBe("green");
  expect(notesOf(context.events)).toContainEqual(expect.stringContaining("keeps a caller's requests with one version"));
  expect((await findEndpoint(on.workspace, "ep-sticky"))?.properties).toMatchObject(sticky.properties);
});
