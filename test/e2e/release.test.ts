import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processesOf, quayside, repository, startQuayside, temporaryFolder } from "../support/quayside.ts";

const LIMIT_MS = 120_000;

interface Status {
  readonly endpoints: readonly {
    readonly name: string;
    readonly scoringUri: string;
    readonly deployments: readonly { readonly name: string; readonly traffic: number; readonly model: string }[];
  }[];
}

/** One rehearsal that stays up, on which each test does the next thing an operator would. */
describe("a rehearsal that stays up", () => {
  const folder = temporaryFolder();
  const model = join(folder.path, "model");
  const state = ["--state", join(folder.path, "state")];
  const command = (...words: string[]) => startQuayside([...words, ...state, "--json"]).finished;
  const result = (out: string) => (JSON.parse(out.trim().split("\n").at(-1) ?? "") as { result: unknown }).result;
  const serving = async () => {
    const { out } = await command("status");
    const { endpoints } = result(out) as Status;
    return Object.fromEntries(
      (endpoints[0]?.deployments ?? []).map(({ name, traffic, model: served }) => [name, `${served} ${traffic} %`]),
    );
  };
  const plan = (edit: (text: string) => string) => {
    const file = join(model, "release.yml");
    writeFileSync(file, edit(readFileSync(file, "utf8")));
  };

  beforeAll(async () => {
    cpSync(join(repository, "examples/iris"), model, { recursive: true });
    plan((text) => text.replace("holdSeconds: 3", "holdSeconds: 0.5"));
    const { code, out } = await startQuayside(["up", "--keep", "--model", model, ...state]).finished;
    expect(out).toContain("Running    Azure Resource Manager https://localhost:");
    expect(code).toBe(0);
  }, LIMIT_MS);

  afterAll(async () => {
    await startQuayside(["cloud", "stop", ...state]).finished;
    folder[Symbol.dispose]();
  }, LIMIT_MS);

  test("status shows what serves", { timeout: LIMIT_MS }, async () => {
    expect(await serving()).toEqual({ blue: "iris/versions/1 0 %", green: "iris/versions/2 100 %" });
  });

  test("rollback gives all traffic to the version before, and back again", { timeout: LIMIT_MS }, async () => {
    const { code } = await command("model", "rollback", "--model", model);

    expect(code).toBe(0);
    expect(await serving()).toMatchObject({ blue: "iris/versions/1 100 %", green: "iris/versions/2 0 %" });
    await command("model", "rollback", "--model", model);
    expect(await serving()).toMatchObject({ blue: "iris/versions/1 0 %", green: "iris/versions/2 100 %" });
  });

  test("score answers, from a chosen deployment when asked", { timeout: LIMIT_MS }, async () => {
    const answer = await command(
      "model",
      "score",
      "--model",
      model,
      "--deployment",
      "blue",
      "--data",
      '{"data":[[5.1,3.5,1.4,0.2]]}',
    );

    expect(result(answer.out)).toMatchObject({ status: 200, deployment: "blue" });
    expect(answer.code).toBe(0);
  });

  test.each([
    ['{"data":[[1,2,3]]}', 400],
    ["not json", 400],
    ['{"data":[[1,2,3,"x"]]}', 400],
  ])("a request that holds %s is answered %i and the exit code says so", { timeout: LIMIT_MS }, async (body, status) => {
    const answer = await command("model", "score", "--model", model, "--data", body);

    expect(result(answer.out)).toMatchObject({ status });
    expect(answer.code).toBe(1);
  });

  test("a release that breaks its latency limit goes back by itself, exit code 4", { timeout: LIMIT_MS }, async () => {
    plan((text) => text.replace("p99Ms: 250", "p99Ms: 0.01"));

    const { code, out } = await command("model", "release", "--version", "1", "--model", model);

    plan((text) => text.replace("p99Ms: 0.01", "p99Ms: 250"));
    expect(out).toContain('"code":"mlops.release-rolled-back"');
    expect(out).toContain('"event":"release.rolled-back"');
    expect(code).toBe(4);
    expect(await serving()).toMatchObject({ green: "iris/versions/2 100 %" });
  });

  test("logs prints what a job wrote and what a model server says", { timeout: LIMIT_MS }, async () => {
    const status = await command("model", "logs", "--model", model, "--deployment", "green");
    const neither = await startQuayside(["model", "logs", "--model", model, ...state]).finished;

    expect((result(status.out) as { log: string }).log).toContain("ready");
    expect(neither.err).toContain("error cli.which-log");
    expect(neither.code).toBe(2);
  });

  test("a version that does not exist is refused by name", { timeout: LIMIT_MS }, async () => {
    const { code, out } = await command("model", "release", "--version", "99", "--model", model);

    expect(out).toContain("model iris:99 is not registered");
    expect(code).toBe(1);
  });

  test("the same command goes to any ARM endpoint with whatever credentials the environment has", {
    timeout: LIMIT_MS,
  }, async () => {
    const { out } = await quayside(["cloud", "status", ...state, "--json"]);
    const { arm } = result(out) as { arm: string };

    const { code, out: text } = await startQuayside([
      "cloud",
      "exec",
      ...state,
      "--",
      process.execPath,
      join(repository, "src/cli/main.ts"),
      "status",
      "--cloud",
      arm,
    ]).finished;

    expect(text).toContain("Succeeded  aks-mlops-cluster");
    expect(code).toBe(0);
  });

  test("cloud env is something a shell can read", { timeout: LIMIT_MS }, async () => {
    const { out } = await quayside(["cloud", "env", ...state]);

    expect(out).toMatch(/^export HTTPS_PROXY='http:\/\/127\.0\.0\.1:\d+'$/m);
    expect(out).toMatch(/^export AZURE_CLIENT_SECRET='[^']+'$/m);
  });

  test("down removes everything and stops the cloud", { timeout: LIMIT_MS }, async () => {
    const { code, out } = await command("down");

    expect(result(out)).toMatchObject({ resourceGroup: "rg-mlops-pipeline" });
    expect(code).toBe(0);
    expect(await processesOf(folder.path)).toEqual([]);
  });
});
