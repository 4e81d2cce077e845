import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { MODEL_SERVER_DEFAULTS, type ModelServer, silentLog, startModelServer } from "../../../src/serve/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const folder = mkdtempSync(join(tmpdir(), "quayside-iris-"));
let server: ModelServer;

beforeAll(async () => {
  const args = [join(root, "src/train.ts"), "--data", join(root, "data/iris.csv"), "--model", folder, "--trees", "64"];
  const trained = spawnSync(process.execPath, args, { env: { PATH: process.env.PATH }, encoding: "utf8" });
  expect(trained.status, trained.stderr).toBe(0);
  server = await startModelServer({ ...MODEL_SERVER_DEFAULTS, place: folder, name: "iris", version: "1", log: silentLog });
  await server.load();
});
afterAll(async () => {
  await server.drain();
  rmSync(folder, { recursive: true });
});

async function score(body: unknown) {
  const response = await fetch(`http://127.0.0.1:${server.port}/score`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as { predictions: string[]; probabilities: number[][] } };
}

test("the trained model answers every request of the rollout with species and probabilities", async () => {
  const answers = await Promise.all((JSON.parse(read("requests.json")) as unknown[]).map(score));

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(answers.flatMap(({ answer }) => answer.predictions)).toEqual([
    "setosa",
    "versicolor",
    "virginica",
    "setosa",
    "versicolor",
    "virginica",
    "virginica",
  ]);
  for (const shares of answers.flatMap(({ answer }) => answer.probabilities))
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1);
});

test("the server says of the held-out rows what the training wrote down", async () => {
  const { rows } = JSON.parse(readFileSync(join(folder, "holdout-predictions.json"), "utf8")) as {
    rows: { id: number; prediction: string; probabilities: number[] }[];
  };
  const lines = read("data/iris.csv").trim().split("\n");

  const { answer } = await score({ data: rows.map(({ id }) => lines[id]?.split(",").slice(0, 4).map(Number)) });

  expect(answer.predictions).toEqual(rows.map(({ prediction }) => prediction));
  expect(answer.probabilities).toEqual(rows.map(({ probabilities }) => probabilities));
});

test("the training image has the very libraries that this repository tests with", () => {
  const installed = (name: string) =>
    (JSON.parse(readFileSync(join(root, "../../node_modules", name, "package.json"), "utf8")) as { version: string }).version;
  const { dependencies } = JSON.parse(read("environment/package.json")) as { dependencies: Record<string, string> };
  const lock = JSON.parse(read("environment/package-lock.json")) as { packages: Record<string, { version: string }> };

  for (const [name, version] of Object.entries(dependencies)) {
    expect([name, version]).toEqual([name, installed(name)]);
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  }
});

test("the Azure ML files agree with each other and with the package", () => {
  const [job, endpoint, deployment, release] = ["job.yml", "endpoint.yml", "deployment.yml", "release.yml"].map((file) =>
    parse(read(file)),
  );
  const { version } = JSON.parse(readFileSync(join(root, "../../package.json"), "utf8")) as { version: string };

  expect(deployment.endpoint_name).toBe(endpoint.name);
  expect(endpoint.compute).toBe(job.compute);
  expect(deployment.model).toBe(`azureml:${release.model}@latest`);
  expect(deployment.environment.image).toBe(`quayside-serve:${version}`);
  for (const { inputs } of release.candidates)
    for (const name of Object.keys(inputs)) expect(Object.keys(job.inputs)).toContain(name);
});
