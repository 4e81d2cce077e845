import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ArmClient, findEndpoint, listDeployments, openDocuments } from "../../src/arm/index.ts";
import { listReleases, release } from "../../src/mlops/index.ts";
import type { ModelPlan } from "../../src/mlops/plan.ts";
import { livePath } from "../../src/mlops/release/live.ts";
import type { Events } from "../../src/report/index.ts";
import {
  contextOf,
  looksOf,
  notesOf,
  openWhereabouts,
  planOf,
  type ReleaseWorld,
  startReleaseWorld,
} from "../support/release.ts";
import type { DyingOptions, Stage } from "./dying-controller.ts";

const LIMIT_MS = 120_000;
const ROLLOUT = { strategy: "mirror-first", steps: [50, 100] };
const OWNER = { owner: "test", takeOver: true };
let on: ReleaseWorld;

beforeAll(async () => {
  on = await startReleaseWorld();
}, LIMIT_MS);
afterAll(() => on[Symbol.asyncDispose]());

function dies(options: DyingOptions): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "dying-controller.ts"), JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (_, signal) => resolve(signal));
  });
}

/** What the endpoint shows, and how its releases ended. */
async function state(endpoint: string) {
  const { signal } = new AbortController();
  const [shown, deployments, releases] = await Promise.all([
    findEndpoint(on.workspace, endpoint),
    listDeployments(on.workspace, endpoint),
    openDocuments(on.workspace).then((documents) => listReleases(documents, endpoint, 10, signal)),
  ]);
  return {
    traffic: Object.fromEntries(Object.entries(shown?.traffic ?? {}).filter(([, percent]) => percent > 0)),
    made: Object.fromEntries(deployments.map(({ name, tags }) => [name, tags["quayside.release"]])),
    ended: shown?.tags["quayside.ended"],
    outcomes: releases.map(({ ended }) => ended?.outcome),
  };
}

/** A client that counts the deployments it is asked to make. */
function counting(): { readonly around: (client: ArmClient) => ArmClient; readonly made: () => number } {
  let made = 0;
  return {
    around: (client) => ({
      ...client,
      put: (path, ...rest) => {
        if (path.includes("/deployments/")) made++;
        return client.put(path, ...rest);
      },
    }),
    made: () => made,
  };
}

test.each<[Stage, { made: number; note?: RegExp }]>([
  ["before deploy", { made: 1 }],
  ["making", { made: 0, note: /going on with green at 0 %/ }],
  ["before smoke", { made: 0, note: /going on with green at 0 %/ }],
  ["at 0", { made: 0, note: /going on with green at 0 %/ }],
  ["at 50", { made: 0, note: /going on with green at 50 %/ }],
  ["after promotion", { made: 0, note: /green has all traffic already/ }],
])(
  "a release whose controller was killed %s is taken up where the endpoint shows it and comes to the same end",
  {
    timeout: LIMIT_MS,
  },
  async (stage, { made, note }) => {
    const endpoint = `ep-${stage.replaceAll(" ", "-")}`;
    await release(on.workspace, planOf(endpoint), await on.model("1"), contextOf(), OWNER);

    expect(await dies({ where: on.where, endpoint, version: "2", rollout: ROLLOUT, stage })).toBe("SIGKILL");
    const left = await state(endpoint);
    const counted = counting();
    const context = contextOf();
    const workspace = await openWhereabouts(on.where, counted.around);
    const result = await release(workspace, planOf(endpoint, ROLLOUT), await on.model("2"), context, OWNER);
    const reached = await state(endpoint);

    expect(result.deployment).toBe("green");
    expect(counted.made()).toBe(made);
    if (note !== undefined) expect(notesOf(context.events)).toContainEqual(expect.stringMatching(note));
    expect(reached.traffic).toEqual({ green: 100 });
    expect(reached.ended).toBe(reached.made.green);
    expect(reached.outcomes.at(0)).toBe("promoted");
    if (made === 0) expect(reached.made).toEqual(left.made);
    expect(left.ended).toBe(stage === "after promotion" ? left.made.green : left.made.blue);
  },
);

/** Requests of both versions whose failures were counted. */
const countedIn = ({ metrics = [] }: { metrics?: Events["release.evidence"]["metrics"] }) => {
  const errors = metrics.find(({ name }) => name === "errors");
  return (errors?.candidate.requests ?? 0) + (errors?.stable.requests ?? 0);
};

test.each([
  ["the page of its last look", undefined],
  ["its history, where that page is damaged", '{"release": "'],
])("evidence and time are carried over a crash from %s", { timeout: LIMIT_MS }, async (_, damaged) => {
  const endpoint = damaged === undefined ? "ep-evidence" : "ep-damaged";
  await release(on.workspace, planOf(endpoint), await on.model("1"), contextOf(), OWNER);
  await dies({ where: on.where, endpoint, version: "2", rollout: ROLLOUT, stage: "at 50" });
  const documents = await openDocuments(on.workspace);
  const { signal } = new AbortController();
  const page = JSON.parse((await documents.read(livePath(endpoint), signal)) ?? "") as Events["release.evidence"];
  if (damaged !== undefined) await documents.write(livePath(endpoint), damaged, { replace: true });
  const context = contextOf();

  await release(on.workspace, planOf(endpoint, ROLLOUT), await on.model("2"), context, OWNER);

  const [first] = looksOf(context.events);
  expect(countedIn(page)).toBeGreaterThan(0);
  expect(page.seconds).toBeGreaterThan(0);
  expect(countedIn(first ?? {})).toBeGreaterThan(countedIn(page));
  expect(first?.seconds).toBeGreaterThan(page.seconds);
});

test("a deployment.yml that was edited before any user was served is deployed anew, and stays so for a version that serves", {
  timeout: LIMIT_MS,
}, async () => {
  const endpoint = "ep-edited";
  const edited = (plan: ModelPlan): ModelPlan => ({
    ...plan,
    deployment: { ...plan.deployment, value: { ...plan.deployment.value, environment_variables: { LEVEL: "2" } } },
  });
  await release(on.workspace, planOf(endpoint), await on.model("1"), contextOf(), OWNER);

  await dies({ where: on.where, endpoint, version: "2", rollout: ROLLOUT, stage: "before smoke" });
  const [anew, serving] = [counting(), counting()];
  const first = contextOf();
  const workspace = await openWhereabouts(on.where, anew.around);
  await release(workspace, edited(planOf(endpoint, ROLLOUT)), await on.model("2"), first, OWNER);

  await dies({ where: on.where, endpoint, version: "1", rollout: { ...ROLLOUT, strategy: "canary" }, stage: "at 50" });
  const second = contextOf();
  const other = await openWhereabouts(on.where, serving.around);
  await release(other, edited(planOf(endpoint, { ...ROLLOUT, strategy: "canary" })), await on.model("1"), second, OWNER);

  expect([anew.made(), serving.made()]).toEqual([1, 0]);
  expect(notesOf(first.events)).toContain("deployment.yml was edited since; green is deployed anew");
  expect(notesOf(second.events)).toContain("deployment.yml was edited since; blue serves users and stays as it was deployed");
  expect((await state(endpoint)).traffic).toEqual({ blue: 100 });
});
