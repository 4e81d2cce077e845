import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { silentLog } from "../log.ts";
import { LINEAR, modelFolder } from "../testing/models.ts";
import { post, testServer } from "../testing/server.ts";
import { VERSION } from "../version.ts";
import { MODEL_SERVER_DEFAULTS, startModelServer } from "./model-server.ts";

const ROW = { data: [[5.1, 3.5, 1.4, 0.2]] };

test("until the model is loaded, health and everything about the model answer 503, and liveness 200", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  const server = await startModelServer({
    ...MODEL_SERVER_DEFAULTS,
    place: folder.path,
    name: "m",
    version: "1",
    log: silentLog,
  });
  const url = `http://127.0.0.1:${server.port}`;
  const statuses = async () =>
    Promise.all(
      ["/", "/v2/health/ready", "/v2/models/m", "/swagger.json", "/v2/health/live"].map(
        async (path) => (await fetch(url + path)).status,
      ),
    );

  const before = await statuses();
  const scored = await post(`${url}/score`, ROW);
  await server.load();
  const after = await statuses();
  await server.drain();

  expect(before).toEqual([503, 503, 503, 503, 200]);
  expect([scored.status, scored.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(after).toEqual([200, 200, 200, 200, 200]);
});

test("when it is to end, readiness fails first while requests are still served, each closing its connection", async () => {
  const delay = Promise.withResolvers<void>();
  await using folder = await modelFolder(encodeModel(LINEAR));
  const clock = { now: () => 0, sleep: () => delay.promise };
  const server = await startModelServer({
    ...MODEL_SERVER_DEFAULTS,
    place: folder.path,
    name: "m",
    version: "1",
    log: silentLog,
    drainDelayMs: 5_000,
    clock,
  });
  await server.load();
  const url = `http://127.0.0.1:${server.port}`;

  const drained = server.drain();
  const health = await fetch(`${url}/`);
  const ready = await fetch(`${url}/v2/health/ready`);
  const live = await fetch(`${url}/v2/health/live`);
  const scored = await post(`${url}/score`, ROW);
  delay.resolve();

  expect([health.status, await health.text()]).toEqual([503, "draining"]);
  expect([ready.status, live.status, scored.status]).toEqual([503, 200, 200]);
  expect(scored.headers.get("connection")).toBe("close");
  expect(await drained).toBe(true);
  await expect(fetch(`${url}/`)).rejects.toThrow("fetch failed");
});

test("health answers as Azure's inference server does", async () => {
  await using server = await testServer(encodeModel(LINEAR));

  const response = await fetch(`${server.url}/`);

  expect([response.status, await response.text(), response.headers.get("content-type")]).toEqual([
    200,
    "Healthy",
    "text/plain; charset=utf-8",
  ]);
  expect(response.headers.get("x-ms-server-version")).toBe(`quayside/${VERSION}`);
  for (const path of ["/", "/v2/models/m", "/score?data=[[1,2,3,4]]"]) {
    const head = await fetch(`${server.url}${path}`, { method: "HEAD" });
    const { status, headers } = await fetch(`${server.url}${path}`);
    expect([head.status, head.headers.get("content-length")]).toEqual([status, headers.get("content-length")]);
    expect(status).toBe(200);
  }
  expect((await fetch(`${server.url}/`, { method: "POST" })).status).toBe(405);
});

test("ids are echoed on answers and on refusals", async () => {
  await using server = await testServer(encodeModel(LINEAR));
  const headers = { "x-request-id": "A", "x-ms-client-request-id": "C" };

  for (const body of [ROW, {}]) {
    const response = await post(`${server.url}/score`, body, headers);
    expect(["x-request-id", "x-ms-request-id", "x-ms-client-request-id"].map((name) => response.headers.get(name))).toEqual([
      "A",
      "C",
      "C",
    ]);
  }
});

test.each([
  ["", "swagger", "2.0"],
  ["?version=2", "swagger", "2.0"],
  ["?version=3", "openapi", "3.0.3"],
  ["?version=3.1", "openapi", "3.1.0"],
])("swagger.json%s describes the routes", async (query, key, version) => {
  await using server = await testServer(encodeModel(LINEAR));

  const document = (await (await fetch(`${server.url}/swagger.json${query}`)).json()) as Record<string, unknown>;

  expect(document[key]).toBe(version);
  expect(Object.keys(document.paths ?? {})).toEqual(["/", "/score", "/swagger.json"]);
  expect(JSON.stringify(document)).toContain('"example":{"data":[[0,0,0,0]]}');
  expect(JSON.stringify(document)).toContain('"ErrorResponse"');
});

test.each(["4", "toString"])("swagger.json of version %s does not exist", async (version) => {
  await using server = await testServer(encodeModel(LINEAR));

  const response = await fetch(`${server.url}/swagger.json?version=${version}`);

  expect([response.status, await response.json()]).toEqual([
    404,
    { message: `serve.swagger-version: no swagger of version ${version}; there are 2, 3 and 3.1` },
  ]);
});

test("unknown routes are 404 in the words of their protocol", async () => {
  await using server = await testServer(encodeModel(LINEAR));

  expect(await (await fetch(`${server.url}/scores`)).json()).toEqual({ message: "serve.not-found: no route /scores" });
  expect(await (await fetch(`${server.url}/v2/x`)).json()).toEqual({ error: "serve.not-found: no route /v2/x" });
});

test("metrics have their series from the start and count by route and code", async () => {
  await using server = await testServer(encodeModel(LINEAR));
  const series = async () =>
    new Map(
      (await (await fetch(`${server.url}/metrics`)).text())
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split(/ (?=\S+$)/) as [string, string]),
    );
  const count = (route: string, code: number) => `quayside_requests_total{model="m",version="3",route="${route}",code="${code}"}`;

  const before = await series();
  await post(`${server.url}/score`, ROW);
  await post(`${server.url}/score`, {});
  await post(`${server.url}/v2/models/m/infer`, {});
  const after = await series();

  expect([before.get(count("score", 200)), before.get(count("score", 500)), before.get(count("infer", 200))]).toEqual([
    "0",
    "0",
    "0",
  ]);
  expect([after.get(count("score", 200)), after.get(count("score", 400)), after.get(count("infer", 400))]).toEqual([
    "1",
    "1",
    "1",
  ]);
  expect(after.get('quayside_request_duration_seconds_count{model="m",version="3",route="score"}')).toBe("2");
  expect(after.get('quayside_request_duration_seconds_bucket{model="m",version="3",route="score",le="+Inf"}')).toBe("2");
  expect(after.get('quayside_model_info{model="m",version="3",engine="own"}')).toBe("1");
  expect(after.get('quayside_model_runs_total{model="m",version="3"}')).toBe("1");
  expect(Number(after.get("process_resident_memory_bytes"))).toBeGreaterThan(1e6);
});

test("requests that arrive together share a run and get the answers they get alone", async () => {
  await using server = await testServer(encodeModel(LINEAR), { engine: "onnxruntime" });
  const bodies = Array.from({ length: 50 }, (_, at) => ({ data: [rowOf(at), ...(at % 3 === 0 ? [rowOf(at + 1000)] : [])] }));
  const runs = async () =>
    Number(/quayside_model_runs_total\S* (\d+)/.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]);
  const sockets = await Promise.all(bodies.map(() => connected(server.server.port)));

  const alone: string[] = [];
  for (const body of bodies) alone.push(await (await post(`${server.url}/score`, body)).text());
  const runsAlone = await runs();
  // Written in one turn, so they wait in the server's sockets together.
  const together = await Promise.all(bodies.map((body, at) => ask(sockets[at], JSON.stringify(body))));

  expect(together).toEqual(alone);
  expect(runsAlone).toBe(50);
  expect((await runs()) - runsAlone).toBeLessThan(10);
});

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.on("error", reject);
  });
}

function ask(socket: Socket | undefined, body: string): Promise<string> {
  return new Promise((resolve) => {
    socket?.on("data", (chunk) => {
      resolve(String(chunk).split("\r\n\r\n")[1] ?? "");
      socket.destroy();
    });
    socket?.write(
      `POST /score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

/** Four numbers from 0 to 8, the same for the same seed. */
function rowOf(seed: number): number[] {
  return [...createHash("sha256").update(String(seed)).digest().subarray(0, 4)].map((byte) => byte / 32);
}
