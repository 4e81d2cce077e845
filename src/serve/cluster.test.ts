import { writeFile } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { listen } from "./listen.ts";
import { startChild, type TestChild } from "./testing/child.ts";
import { keepAsking } from "./testing/load.ts";
import { LINEAR, modelFolder } from "./testing/models.ts";

const ROW = JSON.stringify({ data: [[5.1, 3.5, 1.4, 0.2]] });
const model = encodeModel(LINEAR);
/** The same labels turned round, so that an answer tells which model gave it. */
const other = encodeModel({
  ...LINEAR,
  weights: [{ name: "W", dims: [4, 3], data: [...LINEAR.weights[0].data].map((one) => -one) }],
});

/** Over a connection of its own, so that requests in a row reach one worker after the other. */
function ask(port: number, path: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body ?? "") };
    const method = body === undefined ? "GET" : "POST";
    const sent = request({ port, host: "127.0.0.1", path, method, headers, agent: new Agent({ keepAlive: false }) });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.end(body);
  });
}

async function series(port: number, name: string): Promise<number[]> {
  const { text } = await ask(port, "/metrics");
  return text
    .split("\n")
    .filter((line) => line.startsWith(name) && !line.startsWith("#"))
    .map((line) => Number(line.split(" ").at(-1)));
}

const logged = (server: TestChild, event: string): Record<string, unknown>[] =>
  server
    .output()
    .split("\n")
    .filter((line) => line.includes(`"${event}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function startCluster(folder: string, args: readonly string[] = []) {
  const server = startChild("server-main.ts", [folder, "--name", "m", "--workers", "2", ...args]);
  const { port } = await server.told("listening");
  await server.told("ready");
  return { server, port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, make));
const whole = { timeout: 20_000, interval: 50 };

test("requests land on every worker, and one scrape and one look at the statistics give the whole", async () => {
  await using folder = await modelFolder(model);
  await using cluster = await startCluster(folder.path);
  const { port, server } = cluster;

  expect(server.messages.map(({ type }) => type)).toEqual(["listening", "ready"]);
  expect((await times(40, () => ask(port, "/score", ROW))).map(({ status }) => status)).toEqual(Array(40).fill(200));
  expect((await times(3, () => ask(port, "/score", "no JSON"))).map(({ status }) => status)).toEqual([400, 400, 400]);

  for (let scrape = 0; scrape < 4; scrape++) {
    expect(await series(port, 'quayside_requests_total{model="m",version="1",route="score"')).toEqual([40, 3, 0]);
    expect(await series(port, 'quayside_request_duration_seconds_count{model="m",version="1",route="score"')).toEqual([43]);
    expect((await series(port, 'quayside_request_duration_seconds_bucket{model="m",version="1",route="score"')).at(-1)).toBe(43);
    expect(await series(port, "quayside_model_rows_total")).toEqual([40]);
    expect(await series(port, "quayside_workers")).toEqual([2, 2]);
    const stats = JSON.parse((await ask(port, "/v2/models/m/stats")).text) as { model_stats: { inference_count: number }[] };
    expect(stats.model_stats[0]?.inference_count).toBe(40);
  }
  const shares = await series(port, "quayside_worker_requests_total");
  expect(shares).toHaveLength(2);
  expect(Math.min(...shares)).toBeGreaterThan(5);
});

test("when a worker is killed only its requests in flight are lost, and another takes its place", async () => {
  await using folder = await modelFolder(model);
  await using cluster = await startCluster(folder.path);
  const { port, server } = cluster;
  const callers = Array.from({ length: 8 }, () => keepAsking(port, "/score", ROW));
  await expect.poll(() => callers.every(({ answers }) => (answers.get(200) ?? 0) > 50), whole).toBe(true);
  const [victim] = logged(server, "worker.serving");

  process.kill(Number(victim?.pid), "SIGKILL");
  await expect.poll(() => logged(server, "worker.serving").length, whole).toBe(3);
  const before = callers.map(({ answers }) => answers.get(200) ?? 0);
  await expect.poll(() => callers.every(({ answers }, at) => (answers.get(200) ?? 0) > (before[at] ?? 0) + 50), whole).toBe(true);
  const lost = callers.filter(({ closed }) => closed > 0);
  const failures = callers.map((caller) => caller.failures.length);
  await Promise.all(callers.map((caller) => caller.stop()));

  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThan(8);
  // A caller has one request in flight: it may lose that, and a caller of the other worker none.
  for (const [at, caller] of callers.entries()) {
    expect(failures[at]).toBeLessThanOrEqual(lost.includes(caller) ? 1 : 0);
    expect([...caller.answers.keys()]).toEqual([200]);
  }
  expect(logged(server, "worker.ended")).toMatchObject([{ how: "signal SIGKILL", replacedInMs: 250 }]);
  expect(await series(port, "quayside_worker_restarts_total")).toEqual([1]);
  expect(await series(port, "quayside_workers")).toEqual([2, 2]);
});

test.each(["drain", "SIGTERM"] as const)("%s under load loses nothing, waits for every worker, and exits 0", async (how) => {
  await using folder = await modelFolder(model);
  await using cluster = await startCluster(folder.path, ["--drain-delay-ms", "500"]);
  const { port, server } = cluster;
  const callers = Array.from({ length: 8 }, () => keepAsking(port, "/score", ROW, { leaves: true }));
  await expect.poll(() => callers.every(({ answers }) => (answers.get(200) ?? 0) > 20), whole).toBe(true);

  if (how === "drain") server.process.send({ type: "drain" });
  else server.process.kill(how);

  expect(await server.ended).toBe(0);
  await Promise.all(callers.map((caller) => caller.stop()));
  expect(callers.flatMap(({ failures }) => failures)).toEqual([]);
  expect(callers.map(({ answers }) => [...answers.keys()])).toEqual(Array(8).fill([200]));
  expect(new Set(logged(server, "server.draining").map(({ worker }) => worker))).toEqual(new Set([undefined, 0, 1]));
});

test("the repository loads and unloads on every worker, all or none", async () => {
  await using folder = await modelFolder(model);
  await using cluster = await startCluster(folder.path, ["--model-control", "explicit"]);
  const { port, server } = cluster;
  const answers = async () => [...new Set((await times(8, () => ask(port, "/score", ROW))).map(({ text }) => text))];
  const states = async () => [...new Set((await times(8, () => ask(port, "/v2/repository/index", ""))).map(({ text }) => text))];
  const [first, ...more] = await answers();
  expect(more).toEqual([]);

  await writeFile(join(folder.path, "model.onnx"), "not a model");
  expect(await ask(port, "/v2/repository/models/m/load", "")).toMatchObject({
    status: 400,
    text: expect.stringContaining("not an ONNX model"),
  });
  expect(await answers()).toEqual([first]);

  await writeFile(join(folder.path, "model.onnx"), other);
  expect((await ask(port, "/v2/repository/models/m/load", "")).status).toBe(200);
  const [second, ...none] = await answers();
  expect([second === first, none]).toEqual([false, []]);

  // A successor serves what the others serve.
  process.kill(Number(logged(server, "worker.serving")[0]?.pid), "SIGKILL");
  await expect.poll(() => logged(server, "worker.serving").length, whole).toBe(3);
  expect(await answers()).toEqual([second]);

  expect((await ask(port, "/v2/repository/models/m/unload", "")).status).toBe(200);
  expect(await states()).toEqual(['[{"name":"m","version":"1","state":"UNAVAILABLE","reason":"unloaded"}]']);
  expect(new Set((await times(8, () => ask(port, "/score", ROW))).map(({ status }) => status))).toEqual(new Set([503]));
  expect((await ask(port, "/v2/repository/models/m/load", "")).status).toBe(200);
  expect(await answers()).toEqual([second]);
});

test("when every worker dies after the model's file was replaced, their successors serve the new one on the same port", async () => {
  await using folder = await modelFolder(model);
  await using cluster = await startCluster(folder.path);
  const { port, server } = cluster;
  const answers = async () => [...new Set((await times(20, () => ask(port, "/score", ROW))).map(({ text }) => text))];
  const [first] = await answers();

  await writeFile(join(folder.path, "model.onnx"), other);
  for (const { pid } of logged(server, "worker.serving")) process.kill(Number(pid), "SIGKILL");
  await expect.poll(() => logged(server, "worker.serving").length, whole).toBe(4);
  const before = await series(port, "quayside_worker_requests_total");
  const [second, ...none] = await answers();
  const after = await series(port, "quayside_worker_requests_total");

  expect([second === first, none]).toEqual([false, []]);
  expect(logged(server, "worker.not-ready")).toEqual([]);
  // One that had another port would get none of them.
  expect(after.map((count, at) => count > (before[at] ?? 0))).toEqual([true, true]);
  expect(await series(port, "quayside_workers")).toEqual([2, 2]);
});

test("what is wrong at the start is told as by one process", async () => {
  const taken = createServer();
  const port = await listen(taken, "127.0.0.1", 0);
  await using folder = await modelFolder(model);
  await using missing = startChild("server-main.ts", ["/nowhere/at/all", "--workers", "2"]);
  await using busy = startChild("server-main.ts", [folder.path, "--workers", "2", "--port", String(port)]);
  await using wrong = startChild("server-main.ts", [folder.path], { WORKER_COUNT: "several" });

  expect(await missing.told("failed")).toMatchObject({ code: "serve.model-missing", message: "/nowhere/at/all does not exist" });
  expect(await missing.ended).toBe(3);
  expect(await busy.told("failed")).toMatchObject({ code: "serve.cannot-listen" });
  expect(await busy.ended).toBe(1);
  expect(await wrong.told("failed")).toMatchObject({
    code: "serve.usage",
    message: expect.stringContaining("the number of workers is several"),
  });
  expect(await wrong.ended).toBe(2);
  taken.close();
});

test("WORKER_COUNT asks for workers as Azure's server has them, and none outlives the starter", async () => {
  await using folder = await modelFolder(model);
  await using server = startChild("server-main.ts", [folder.path], { WORKER_COUNT: "2" });
  await server.told("ready");
  const pids = logged(server, "worker.serving").map(({ pid }) => Number(pid));
  expect(pids).toHaveLength(2);

  server.process.kill("SIGKILL");
  await server.ended;

  await expect.poll(() => pids.filter(isAlive), whole).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
