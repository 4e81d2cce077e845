import type { ChildProcess } from "node:child_process";
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

function trafficOf(out: string): unknown[] {
  return out
    .split("\n")
    .filter((line) => line.includes('"event":"endpoint.traffic"'))
    .map((line) => (JSON.parse(line) as { traffic: unknown }).traffic);
}

function saw(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    child.once("close", () => reject(new Error(`it ended without ${text}: ${seen.slice(-500)}`)));
  });
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
    // Wide margins take less evidence, which is all that this suite has no time for.
    plan((text) =>
      text.replace("margin: 0.02", "margin: 0.08").replace("margin: 0.1\n      atLeast", "margin: 0.3\n      atLeast"),
    );
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

  test("a release that breaks its fixed limits goes back by itself, exit code 4", { timeout: LIMIT_MS }, async () => {
    const sequential = readFileSync(join(model, "release.yml"), "utf8");
    plan((text) =>
      text
        .replace("verdict: sequential", "verdict: fixed")
        .replace(/ {2}evidence:[^]*/, "  holdSeconds: 0.5\n  limits:\n    errorRate: 0.01\n    p99Ms: 0.01\n"),
    );

    const { code, out } = await command("model", "release", "--version", "1", "--model", model);

    plan(() => sequential);
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

  test("a second release is told who holds the endpoint; a rollback needs no lock and the release leaves it so", {
    timeout: LIMIT_MS,
  }, async () => {
    // A margin that no traffic of this suite can decide on: the first release is at work until it is stopped.
    plan((text) => text.replace("margin: 0.08", "margin: 0.001"));
    const first = startQuayside(["model", "release", "--version", "1", "--model", model, ...state, "--json"]);
    await saw(first.child, '"traffic":{"green":90,"blue":10}');

    const second = await command("model", "release", "--version", "1", "--model", model);
    const back = await command("model", "rollback", "--model", model);
    const ended = await first.finished;
    plan((text) => text.replace("margin: 0.001", "margin: 0.08"));

    expect(second.out).toContain('"code":"mlops.endpoint-locked"');
    expect(second.out).toContain(`process ${first.child.pid}`);
    expect(second.code).toBe(1);
    expect(result(back.out)).toMatchObject({ from: "blue", to: "green" });
    expect((result(back.out) as { ms: number }).ms).toBeLessThan(1000);
    expect(ended.out).toContain('"code":"mlops.traffic-changed"');
    expect(ended.code).toBe(1);
    expect(await serving()).toMatchObject({ blue: "iris/versions/1 0 %", green: "iris/versions/2 100 %" });
  });

  test("a release that was killed goes on where the endpoint shows, and another version's is taken back first", {
    timeout: LIMIT_MS,
  }, async () => {
    const killed = startQuayside(["model", "release", "--version", "1", "--model", model, ...state, "--json"]);
    await saw(killed.child, '"traffic":{"green":50,"blue":50}');
    killed.child.kill("SIGKILL");
    await killed.finished;
    expect(await serving()).toMatchObject({ blue: "iris/versions/1 50 %", green: "iris/versions/2 50 %" });

    const resumed = await command("model", "release", "--version", "1", "--take-over", "--model", model);

    expect(resumed.code).toBe(0);
    expect(resumed.out).toContain("going on with blue at 50 %");
    expect(trafficOf(resumed.out)).toEqual([{ blue: 100 }]);

    const other = startQuayside(["model", "release", "--version", "2", "--model", model, ...state, "--json"]);
    await saw(other.child, '"traffic":{"blue":90,"green":10}');
    other.child.kill("SIGKILL");
    await other.finished;

    const replaced = await command("model", "release", "--version", "1", "--take-over", "--model", model);

    expect(replaced.code).toBe(0);
    expect(trafficOf(replaced.out).slice(0, 2)).toEqual([{ blue: 100 }, { blue: 90, green: 10 }]);
    expect(await serving()).toMatchObject({ green: "iris/versions/1 100 %" });
  });

  test("history tells what each release showed and what served at a time; watch shows it live", {
    timeout: LIMIT_MS,
  }, async () => {
    const { releases } = result((await command("model", "history", "--model", model)).out) as {
      releases: {
        started?: { at: string; model: { version: string }; resumed: boolean };
        ended?: { at: string; outcome: string; reason: string };
        evidence?: { metrics: { name: string; candidate: { requests: number } }[] };
      }[];
    };
    const outcomes = releases.map(({ ended }) => ended?.outcome ?? "did not end");
    const [latest] = releases;

    expect(outcomes).toEqual([
      "promoted",
      "did not end",
      "promoted",
      "rolled-back",
      "abandoned",
      "rolled-back",
      "rolled-back",
      "rolled-back",
      "promoted",
      "promoted",
    ]);
    expect(latest?.evidence?.metrics.map(({ name }) => name)).toEqual(["errors", "slow"]);
    expect(latest?.evidence?.metrics[0]?.candidate.requests).toBeGreaterThan(10);
    const during = await command("model", "history", "--at", releases[1]?.started?.at ?? "", "--model", model);
    expect(result(during.out)).toMatchObject({ shares: [{ deployment: "blue", percent: 100, model: "iris", version: "1" }] });
    const before = await command("model", "history", "--at", "2020-01-01T00:00:00Z", "--model", model);
    expect(before.out).toContain('"code":"mlops.no-history"');
    const watched = await command("model", "watch", "--once", "--every", "0.2", "--model", model);
    expect(result(watched.out)).toMatchObject({ source: "router", deployments: [{ name: "blue" }, { name: "green" }] });
  });

  test("copies of requests judge a version before any user meets it", { timeout: LIMIT_MS }, async () => {
    const canary = readFileSync(join(model, "release.yml"), "utf8");
    plan((text) => text.replace("strategy: canary", "strategy: blue-green").replace(/ {2}steps: .*\n/, ""));

    const { code, out } = await command("model", "release", "--version", "2", "--model", model);

    plan(() => canary);
    expect(code).toBe(0);
    expect(trafficOf(out)).toEqual([{ blue: 100 }]);
    const last = out.split("\n").findLast((line) => line.includes('"event":"release.evidence"')) ?? "{}";
    const { metrics } = JSON.parse(last) as { metrics: { name: string; candidate: { requests: number } }[] };
    expect(metrics.find(({ name }) => name === "disagreement")?.candidate.requests).toBeGreaterThan(10);
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
