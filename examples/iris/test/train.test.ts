import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const DATA = fileURLToPath(new URL("../data/iris.csv", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "quayside-iris-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function train(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../src/train.ts", import.meta.url)), ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const [code] = await once(child, "close");
  return { code: code as number, output };
}

const read = (model: string, file: string): unknown => JSON.parse(readFileSync(join(model, file), "utf8"));

test("a training leaves a model, its metrics, its predictions of the held-out rows and its signature", async () => {
  const model = join(folder, "first");

  const { code, output } = await train(["--data", DATA, "--model", model, "--seed", "1", "--trees", "16"]);

  expect(output).toMatch(/the written model agrees with the library on \d+ rows/);
  expect(code).toBe(0);
  const metrics = read(model, "metrics.json") as { accuracy: number; data_sha256: string };
  expect(metrics).toMatchObject({ n: 45, seed: 1, trees: 16 });
  expect(metrics.accuracy).toBeGreaterThanOrEqual(0.9);
  expect(metrics.data_sha256).toMatch(/^[0-9a-f]{64}$/);
  const { rows } = read(model, "holdout-predictions.json") as {
    rows: { id: number; truth: string; prediction: string; probabilities: number[] }[];
  };
  expect(rows).toHaveLength(45);
  expect(rows.filter(({ truth, prediction }) => truth === prediction).length / 45).toBeCloseTo(metrics.accuracy, 12);
  expect(read(model, "signature.json")).toMatchObject({
    inputs: [{ name: "X", columns: { length: 4 } }],
    outputs: [{}, { classes: ["setosa", "versicolor", "virginica"] }],
  });
});

test("another seed is judged on the same rows, and the same seed writes the same bytes", async () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => join(folder, name)) as [string, string, string];

  await Promise.all([
    train(["--data", DATA, "--model", a, "--seed", "1", "--trees", "8"]),
    train(["--data", DATA, "--model", b, "--seed", "2", "--trees", "8"]),
  ]);
  await train(["--data", DATA, "--model", c, "--seed", "1", "--trees", "8"]);

  const ids = (model: string) => (read(model, "holdout-predictions.json") as { rows: { id: number }[] }).rows.map(({ id }) => id);
  expect(ids(b)).toEqual(ids(a));
  expect(readFileSync(join(c, "model.onnx")).equals(readFileSync(join(a, "model.onnx")))).toBe(true);
  expect(readFileSync(join(b, "model.onnx")).equals(readFileSync(join(a, "model.onnx")))).toBe(false);
});

describe("in a tracked job", () => {
  const started = async (status: number, answer: string) => {
    const seen: {
      url: string | undefined;
      authorization: string | undefined;
      body: { run_id: string; params: unknown[]; metrics: { key: string; value: number; step: number }[] };
    }[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        seen.push({ url: request.url, authorization: request.headers.authorization, body: JSON.parse(body) });
        response.writeHead(status).end(answer);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return { server, seen, uri: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/mlflow/v1.0/workspace` };
  };

  test("parameters and metrics of the run are logged over MLflow's REST API, and the token stays out of the log", async () => {
    const { server, seen, uri } = await started(200, "{}");

    const environment = { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: "run-7", MLFLOW_TRACKING_TOKEN: "secret-token" };
    const { code, output } = await train(["--data", DATA, "--model", join(folder, "tracked"), "--trees", "4"], environment);
    server.close();

    expect([code, seen.length]).toEqual([0, 1]);
    expect(seen[0]).toMatchObject({
      url: "/mlflow/v1.0/workspace/api/2.0/mlflow/runs/log-batch",
      authorization: "Bearer secret-token",
      body: { run_id: "run-7" },
    });
    expect(seen[0]?.body.params).toContainEqual({ key: "trees", value: "4" });
    const metrics = read(join(folder, "tracked"), "metrics.json");
    expect(metrics).toMatchObject(Object.fromEntries(seen[0]?.body.metrics.map(({ key, value }) => [key, value]) ?? []));
    expect(seen[0]?.body.metrics.map(({ key, step }) => [key, step])).toEqual([
      ["accuracy", 0],
      ["macro_f1", 0],
      ["log_loss", 0],
    ]);
    expect(output).not.toContain("secret-token");
  });

  test("a tracking server that refuses fails the job with its words", async () => {
    const { server, uri } = await started(403, '{"error_code":"PERMISSION_DENIED"}');

    const { code, output } = await train(["--data", DATA, "--model", join(folder, "refused"), "--trees", "4"], {
      MLFLOW_TRACKING_URI: uri,
      MLFLOW_RUN_ID: "run-7",
    });
    server.close();

    expect(code).toBe(1);
    expect(output).toContain('mlflow: the tracking server answered 403: {"error_code":"PERMISSION_DENIED"}');
  });

  test("a tracking server without a run is an error", async () => {
    const { code, output } = await train(["--data", DATA, "--model", join(folder, "norun"), "--trees", "4"], {
      MLFLOW_TRACKING_URI: "azureml://host/mlflow",
    });

    expect(code).toBe(1);
    expect(output).toContain("mlflow: MLFLOW_TRACKING_URI is set but MLFLOW_RUN_ID is not");
  });
});

test.each([
  [[], "--data FILE and --model DIR are needed"],
  [["--data", DATA, "--model", "m", "--trees", "0"], "--trees is 0; an integer from 1 to 10000 is needed"],
  [["--data", DATA, "--model", "m", "--seed", "1.5"], "--seed is 1.5; an integer from 0 to 2147483647 is needed"],
  [["--data", DATA, "--model", "m", "--max-features", "5"], "--max-features is 5; the data has 4 features"],
  [["--data", DATA, "--model", "m", "--holdout-share", "0"], "--holdout-share 0 of 150 rows leaves none to judge the model on"],
  [["--data", "nowhere.csv", "--model", "m"], "no such file or directory"],
  [["--colour", "red"], "Unknown option '--colour'"],
])("arguments %j fail with one line", async (args, message) => {
  const { code, output } = await train(args);

  expect(code).toBe(1);
  expect(output.trim().split("\n").at(-1)).toContain(message);
});
