import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ArmClient, findEndpoint, openDocuments } from "../../src/arm/index.ts";
import { serversOf } from "../../src/cloud/providers/machine-learning/endpoints/testing.ts";
import { type Frame, listReleases, openScoring, release, rollback, score, servedAt, watch } from "../../src/mlops/index.ts";
import { livePath } from "../../src/mlops/release/live.ts";
import type { Reporter } from "../../src/report/index.ts";
import { until } from "../support/platform.ts";
import {
  contextOf,
  modelVersion,
  notesOf,
  openWhereabouts,
  planOf,
  type ReleaseWorld,
  startFront,
  startReleaseWorld,
} from "../support/release.ts";
import { STUMP } from "../support/stump.ts";

const LIMIT_MS = 120_000;
const OWNER = { owner: "test" };
const BODY = JSON.stringify({ data: [[0.9, 0]] });
/** Answers `tall` where the others answer `high`. */
const OTHER_WORD = Buffer.from(STUMP.toString("latin1").replace("high", "tall"), "latin1");
const { signal } = new AbortController();
let on: ReleaseWorld;
let folder: string;

beforeAll(async () => {
  on = await startReleaseWorld();
  folder = await mkdtemp(join(tmpdir(), "quayside-controller-"));
  await on.world.model("tall", "1", { "model.onnx": OTHER_WORD });
}, LIMIT_MS);
beforeEach(() => on.world.test.control("DELETE", "/faults"));
afterAll(async () => {
  await on[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function first(endpoint: string): Promise<void> {
  await release(on.workspace, planOf(endpoint), await on.model("1"), contextOf(), OWNER);
}

/** Half of the requests go to blue whatever the weights say. */
function pinHalf(): Record<string, string> {
  return Math.random() < 0.5 ? { "azureml-model-deployment": "blue" } : {};
}

async function trafficOf(endpoint: string): Promise<Record<string, number>> {
  const { traffic = {} } = (await findEndpoint(on.workspace, endpoint)) ?? {};
  return Object.fromEntries(Object.entries(traffic).filter(([, percent]) => percent > 0));
}

async function answered(endpoint: string, requests: number): Promise<string[]> {
  const found = await findEndpoint(on.workspace, endpoint);
  if (found === undefined) throw new Error(`no endpoint ${endpoint}`);
  const scoring = await openScoring(on.workspace, found, signal);
  const answers = await Promise.all(Array.from({ length: requests }, () => score(scoring, BODY, undefined, signal)));
  return [...new Set(answers.map(({ status, deployment }) => `${status} ${deployment}`))];
}

test("an A/B test promotes the version that brings the stated gain and sends back one that brings none", {
  timeout: LIMIT_MS,
}, async () => {
  await writeFile(join(folder, "truth.json"), '[["tall"]]');
  const plan = {
    ...planOf("ep-ab", {
      strategy: "ab",
      steps: undefined,
      ab: { percent: 50, metric: "wrong", effect: 0.3 },
      evidence: { quality: { truth: "truth.json" } },
    }),
    folder,
  };
  await first("ep-ab");

  const [same, better] = [contextOf(), contextOf()];
  await expect(release(on.workspace, plan, await on.model("2"), same, OWNER)).rejects.toMatchObject({
    code: "mlops.release-rolled-back",
    message: expect.stringMatching(/^release stopped at 50 %: wrong (\d+) of \1 against (\d+) of \2 of the stable version$/),
  });
  expect(await trafficOf("ep-ab")).toEqual({ blue: 100 });

  await release(on.workspace, plan, await modelVersion(on.workspace, "1", "tall"), better, OWNER);

  expect(await trafficOf("ep-ab")).toEqual({ green: 100 });
  expect(better.events.filter(({ name }) => name === "endpoint.traffic").map(({ payload }) => payload)).toEqual([
    { endpoint: "ep-ab", traffic: { blue: 50, green: 50 } },
    { endpoint: "ep-ab", traffic: { green: 100 } },
  ]);
});

test("an endpoint that is busy refuses with 409, and the change of traffic waits its turn", {
  timeout: LIMIT_MS,
}, async () => {
  await first("ep-busy");
  const id = `${on.world.workspace}/onlineEndpoints/ep-busy`;
  await on.world.test.control("POST", "/faults", {
    kind: "error",
    status: 409,
    code: "Conflict",
    method: "PUT",
    path: id,
    count: 3,
  });

  await release(on.workspace, planOf("ep-busy"), await on.model("2"), contextOf(), OWNER);

  expect(await trafficOf("ep-busy")).toEqual({ green: 100 });
  expect((await on.world.test.control("GET", "/faults")).json.value).toEqual([]);

  await on.world.test.control("POST", "/faults", {
    kind: "error",
    status: 409,
    code: "Conflict",
    method: "PUT",
    path: id,
    count: 2,
  });
  expect(await rollback(on.workspace, "ep-busy", contextOf())).toMatchObject({ from: "green", to: "blue" });
  expect(await trafficOf("ep-busy")).toEqual({ blue: 100 });
});

test("a rollback takes under a second and asks for nothing but the endpoint: servers killed, registry and stores away", {
  timeout: LIMIT_MS,
}, async () => {
  await first("ep-back");
  await release(on.workspace, planOf("ep-back"), await modelVersion(on.workspace, "1", "tall"), contextOf(), OWNER);
  await on.world.traffic("ep-back", { blue: 50, green: 50 });
  const reachable = (path: string) => {
    if (!path.includes("/onlineEndpoints/ep-back")) throw new Error(`${path} is away`);
    return path;
  };
  const onlyEndpoints = (client: ArmClient): ArmClient => ({
    ...client,
    get: async (path, ...rest) => client.get(reachable(path), ...rest),
    find: async (path, ...rest) => client.find(reachable(path), ...rest),
    put: async (path, ...rest) => client.put(reachable(path), ...rest),
    list: async (path, ...rest) => client.list(reachable(path), ...rest),
  });
  const alone = await openWhereabouts(on.where, onlyEndpoints);
  const servers = await serversOf("tall");
  for (const pid of servers) process.kill(pid, "SIGKILL");
  const context = contextOf();

  const back = await rollback(alone, "ep-back", context);

  expect(servers).not.toEqual([]);
  expect(back).toMatchObject({ from: "green", to: "blue" });
  expect(back.ms).toBeLessThan(1000);
  expect(await answered("ep-back", 60)).toEqual(["200 blue"]);
  expect(context.events.filter(({ name }) => name === "warning").map(({ payload }) => payload)).toEqual([
    { code: "mlops.history-not-written", message: expect.stringContaining("the rollback is done, its history is not") },
  ]);
});

test("without users and without requests of its own a release is undecided: no data is neither good nor bad", {
  timeout: LIMIT_MS,
}, async () => {
  await first("ep-nobody");
  const plan = planOf("ep-nobody", {
    load: { requestsPerSecond: 100, send: "never" },
    evidence: { giveUpAfterSeconds: 1.5 },
  });
  const context = contextOf();

  await expect(release(on.workspace, plan, await on.model("2"), context, OWNER)).rejects.toMatchObject({
    code: "mlops.release-undecided",
    exitCode: 4,
    message: expect.stringContaining("errors 0 of 0 against 0 of 0 of the stable version"),
  });

  expect(notesOf(context.events)).toContainEqual(expect.stringContaining("takes longer than the 1.5 s it may"));
  expect(await trafficOf("ep-nobody")).toEqual({ blue: 100 });
});

test("one that is to be held stays where it was undecided", { timeout: LIMIT_MS }, async () => {
  await first("ep-held");
  const plan = planOf("ep-held", {
    load: { requestsPerSecond: 100, send: "never" },
    evidence: { giveUpAfterSeconds: 1.5, undecided: "hold" },
  });

  await expect(release(on.workspace, plan, await on.model("2"), contextOf(), OWNER)).rejects.toMatchObject({
    code: "mlops.release-undecided",
  });

  expect((await trafficOf("ep-held")).green).toBeGreaterThan(0);
});

test("a split that does not arrive as set sends the release back", { timeout: LIMIT_MS }, async () => {
  await first("ep-split");
  await using front = await startFront(on, "ep-split", pinHalf);
  const workspace = await openWhereabouts(on.where, front.around);
  const context = contextOf();

  const plan = planOf("ep-split", { evidence: { errors: { margin: 0.01 } } });
  await expect(release(workspace, plan, await on.model("2"), context, OWNER)).rejects.toMatchObject({
    code: "mlops.split-mismatch",
    message: expect.stringMatching(/green got \d+ of \d+ requests where 50 % was set/),
  });

  expect(notesOf(context.events)).toContainEqual(
    "the router of endpoint ep-split shows no counters; the evidence is about the release's own requests",
  );
  expect(await trafficOf("ep-split")).toEqual({ blue: 100 });
});

test("whatever ends a release, traffic that somebody else gave meanwhile stays as it is", { timeout: LIMIT_MS }, async () => {
  await first("ep-taken");
  let isTaken = false;
  // Between this release's look at the endpoint and its end somebody else moves the traffic, as behind an expired lock.
  const around = (client: ArmClient): ArmClient => ({
    ...client,
    find: async (path, ...rest) => {
      const found = await client.find(path, ...rest);
      if (isTaken && path.endsWith("/onlineEndpoints/ep-taken")) {
        isTaken = false;
        await on.world.traffic("ep-taken", { blue: 30, green: 70 });
      }
      return found;
    },
  });
  const context = contextOf();
  const reporter: Reporter = {
    emit: (name) => {
      if (name === "endpoint.traffic") isTaken = true;
      if (name === "release.evidence") throw new Error("out of a sudden");
    },
  };

  const workspace = await openWhereabouts(on.where, around);
  const work = release(workspace, planOf("ep-taken"), await on.model("2"), { ...context, reporter }, OWNER);
  await expect(work).rejects.toThrow("out of a sudden");

  expect(await trafficOf("ep-taken")).toEqual({ blue: 30, green: 70 });
  const [last] = await listReleases(await openDocuments(on.workspace, signal), "ep-taken", 1, signal);
  expect(last?.ended).toMatchObject({
    outcome: "abandoned",
    reason: expect.stringContaining("somebody else gave endpoint ep-taken"),
  });
});

test("where a router shows no counters, watch sends a few requests of its own, and passes over a page that is damaged", {
  timeout: LIMIT_MS,
}, async () => {
  await first("ep-probe");
  await using front = await startFront(on, "ep-probe");
  const workspace = await openWhereabouts(on.where, front.around);
  const documents = await openDocuments(workspace, signal);
  await documents.write(livePath("ep-probe"), '{"at": "2026-', { replace: true });

  const frames: Frame[] = [];
  for await (const frame of watch(workspace, "ep-probe", BODY, 1, contextOf())) {
    frames.push(frame);
    break;
  }

  expect(frames).toEqual([
    {
      endpoint: "ep-probe",
      source: "probe",
      deployments: [
        {
          name: "blue",
          percent: 100,
          model: "stump:1",
          figures: { requestsPerSecond: 5, failed: 0, p50Ms: expect.any(Number), p99Ms: expect.any(Number) },
        },
      ],
    },
  ]);
});

test.each([
  [600, true],
  [10, false],
])(
  "a page of a minute ago is shown of a release that looks every %i s: %s",
  { timeout: LIMIT_MS },
  async (checkSeconds, isShown) => {
    const endpoint = `ep-page-${checkSeconds}`;
    await first(endpoint);
    const documents = await openDocuments(on.workspace, signal);
    const at = new Date(Date.now() - 60_000).toISOString();
    const page = { at, release: "r", checkSeconds, percent: 5, seconds: 1, requestsPerSecond: { users: 1, own: 0 }, metrics: [] };
    await documents.write(livePath(endpoint), JSON.stringify(page), { replace: true });

    for await (const { evidence } of watch(on.workspace, endpoint, BODY, 0.1, contextOf())) {
      expect(evidence).toEqual(isShown ? page : undefined);
      break;
    }
  },
);

test("history tells what served at a time, share by share", { timeout: LIMIT_MS }, async () => {
  await first("ep-history");
  const before = new Date();
  await until(async () => Date.now() > before.getTime(), Boolean);
  const context = contextOf();
  let during = before;
  const reporter: Reporter = {
    emit: (name) => {
      if (name === "release.evidence") during = new Date();
    },
  };
  await release(on.workspace, planOf("ep-history"), await on.model("2"), { ...context, reporter }, OWNER);
  const documents = await openDocuments(on.workspace, signal);

  const at = async (time: Date) => (await servedAt(documents, "ep-history", time, signal))?.shares;

  expect(await at(new Date(0))).toBeUndefined();
  expect(await at(before)).toEqual([{ deployment: "blue", percent: 100, model: "stump", version: "1" }]);
  expect(await at(during)).toEqual([
    { deployment: "blue", percent: 50, model: "stump", version: "1" },
    { deployment: "green", percent: 50, model: "stump", version: "2" },
  ]);
  expect(await at(new Date())).toEqual([{ deployment: "green", percent: 100, model: "stump", version: "2" }]);
});
