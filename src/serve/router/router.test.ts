import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { startChild } from "../testing/child.ts";
import { LINEAR, modelFolder } from "../testing/models.ts";
import { routesOf, type TestRouter, testInstance, testRouter } from "../testing/router.ts";
import { metric as seriesOf } from "../testing/scrape.ts";
import { testServer } from "../testing/server.ts";

describe("a request", () => {
  test("reaches an instance with its path, body and ids, but without its credential, and the answer says where it came from", async () => {
    await using blue = await testInstance("blue");
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin], model: { name: "iris", version: "7" } });
    const ids = {
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "x-ms-client-request-id": "C",
      "x-request-id": "A",
    };

    const answer = await router.score(ids, "the body");

    expect(answer).toMatchObject({ status: 200, deployment: "blue", body: '{"name":"blue"}' });
    expect(answer.headers).toMatchObject({ "x-model-name": "iris", "x-model-version": "7", "x-request-id": "A" });
    expect(blue.seen).toMatchObject([{ url: "/score", body: "the body", headers: ids }]);
    expect(Object.keys(blue.seen[0]?.headers ?? {})).not.toContain("authorization");
  });

  test("without an id gets one", async () => {
    await using blue = await testInstance("blue");
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin] });

    const answer = await router.score();

    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(blue.seen[0]?.headers["x-request-id"]).toBe(answer.headers["x-request-id"]);
  });

  test("goes to the deployment that its header names, also to one without traffic", async () => {
    await using blue = await testInstance("blue");
    await using green = await testInstance("green");
    await using router = await testRouter();
    router.apply(
      { name: "blue", weight: 100, instances: [blue.origin] },
      { name: "green", weight: 0, instances: [green.origin] },
    );

    expect(await router.score({ "azureml-model-deployment": "green" })).toMatchObject({
      deployment: "green",
      body: '{"name":"green"}',
    });
    expect(await router.score()).toMatchObject({ deployment: "blue" });
    const pinned = (name: string) =>
      metric(router, `quayside_router_pinned_requests_total{endpoint="e",deployment="${name}",model="m",version="1",code="200"}`);
    expect([await pinned("green"), await pinned("blue")]).toEqual([1, Number.NaN]);
  });

  test("keeps a large answer whole", async () => {
    const large = "x".repeat(5_000_000);
    await using blue = await testInstance("blue", (_, response) => void response.end(large));
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin] });

    const answer = await router.score();

    expect(answer.body === large).toBe(true);
  });

  test.each([200, 400, 413, 500])("keeps the instance's own %i", async (status) => {
    await using blue = await testInstance(
      "blue",
      (_, response) => void response.writeHead(status, { "x-ms-run-function-failed": "True" }).end("own"),
    );
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin] });

    expect(await router.score()).toMatchObject({ status, body: "own", headers: { "x-ms-run-function-failed": "True" } });
    expect(blue.seen).toHaveLength(1);
  });
});

describe("what the router answers itself", () => {
  test.each<[string, (router: TestRouter) => Promise<{ status: number; body: string }>, number, string]>([
    ["no credential", (router) => router.score({ authorization: "" }), 401, "serve.no-credential"],
    ["a wrong credential", (router) => router.score({ authorization: "Bearer no" }), 401, "serve.wrong-credential"],
    [
      "an unknown deployment",
      (router) => router.score({ "azureml-model-deployment": "red" }),
      404,
      'serve.unknown-deployment: endpoint "e" has no deployment "red"',
    ],
    [
      "a deployment that is not ready",
      (router) => router.score({ "azureml-model-deployment": "grey" }),
      503,
      'serve.not-ready: deployment "grey" has no ready instance',
    ],
    [
      "a body too large",
      (router) => router.score({}, "x".repeat(2000)),
      413,
      "serve.body-too-large: the body is larger than 1000 bytes",
    ],
    ["a long request id", (router) => router.score({ "x-request-id": "x".repeat(101) }), 431, "serve.request-id-too-long"],
    ["an unknown endpoint", (router) => get(router, "/api/v1/endpoint/f/score"), 404, 'serve.unknown-endpoint: no endpoint "f"'],
    ["an unknown route", (router) => get(router, "/api/v1/endpoint/e/metrics"), 404, "serve.not-found"],
  ])("%s", async (_, ask, status, message) => {
    await using blue = await testInstance("blue");
    await using router = await testRouter({ maxBodyBytes: 1000 });
    router.apply({ name: "blue", weight: 100, instances: [blue.origin] }, { name: "grey", weight: 0, instances: [] });

    const answer = await ask(router);

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ message: expect.stringContaining(message) });
    expect(blue.seen).toEqual([]);
    expect((await router.score()).status).toBe(200);
  });

  test("404 when no deployment has weight, 503 when those that have are not ready", async () => {
    await using router = await testRouter();

    router.apply({ name: "blue", weight: 0, instances: ["http://127.0.0.1:9"] });
    expect(await router.score()).toMatchObject({
      status: 404,
      body: '{"message":"serve.no-traffic: no deployment of endpoint \\"e\\" has a positive weight"}',
    });
    router.apply({ name: "blue", weight: 100, instances: [] });
    expect(await router.score()).toMatchObject({
      status: 503,
      headers: { "retry-after": "1" },
      body: '{"message":"serve.not-ready: endpoint \\"e\\" has no ready instance"}',
    });
  });

  test("504 when the deployment takes longer than it may, and the instance is told to stop", async () => {
    const stopped = Promise.withResolvers<void>();
    await using blue = await testInstance("blue", (incoming) => void incoming.socket.once("close", () => stopped.resolve()));
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin], requestTimeoutMs: 30 });

    const answer = await router.score();
    await stopped.promise;

    expect(answer).toMatchObject({
      status: 504,
      deployment: "blue",
      body: '{"message":"serve.timeout: deployment \\"blue\\" did not answer within 30 ms"}',
    });
    expect(blue.seen).toHaveLength(1);
  });

  test("502 when the only instance is gone, after one more try", async () => {
    await using router = await testRouter();
    const blue = await testInstance("blue");
    await blue[Symbol.asyncDispose]();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin] });

    expect(await router.score()).toMatchObject({
      status: 502,
      body: '{"message":"serve.instance-gone: deployment \\"blue\\" broke the connection before it answered"}',
    });
    expect(await metric(router, "quayside_router_retries_total")).toBe(1);
    expect(
      await metric(router, 'quayside_router_requests_total{endpoint="e",deployment="blue",model="m",version="1",code="502"}'),
    ).toBe(1);
  });

  test("an answer that breaks off in the middle breaks off for the caller, too", async () => {
    await using blue = await testInstance("blue", (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("part");
      setImmediate(() => response.destroy());
    });
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [blue.origin] });

    await expect(router.score()).rejects.toThrow("other side closed");
    expect(blue.seen).toHaveLength(1);
  });
});

test("a kept-alive connection that turns out to be closed costs nobody a request, and the instance stays up", async () => {
  const used = new WeakSet<object>();
  await using blue = await testInstance("blue", ({ socket }, response) => {
    if (used.has(socket)) return void socket.destroy();
    used.add(socket);
    response.end("ok");
  });
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });

  const answers = [await router.score(), await router.score(), await router.score()];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await metric(router, "quayside_router_retries_total")).toBeGreaterThan(0);
});

test("a caller that leaves takes its request with it", async () => {
  const arrived = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  await using blue = await testInstance("blue", (incoming) => {
    incoming.socket.once("close", () => stopped.resolve());
    arrived.resolve();
  });
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });
  const caller = httpRequest(`${router.url}/api/v1/endpoint/e/score`, {
    method: "POST",
    headers: { authorization: "Bearer the-key" },
  });
  caller.on("error", () => {});
  caller.end("x");

  await arrived.promise;
  caller.destroy();
  await stopped.promise;

  expect(
    await metric(router, 'quayside_router_requests_total{endpoint="e",deployment="blue",model="m",version="1",code="502"}'),
  ).toBe(0);
});

test("requests are split by weight, each for itself, over one kept-alive connection", async () => {
  await using blue = await testInstance("blue");
  await using green = await testInstance("green");
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 80, instances: [blue.origin] }, { name: "green", weight: 20, instances: [green.origin] });
  const requests = 2000;

  for (let at = 0; at < requests; at++) await router.score();

  // Five standard deviations of a binomial: one run in two million leaves them by chance.
  const deviation = Math.sqrt(requests * 0.2 * 0.8);
  expect(Math.abs(green.seen.length - requests * 0.2)).toBeLessThan(5 * deviation);
  expect(blue.seen.length + green.seen.length).toBe(requests);
});

test("a new table counts for the next request, and none is lost over 200 switches under load", async () => {
  await using blue = await testServer(encodeModel(LINEAR));
  await using green = await testServer(encodeModel(LINEAR));
  await using router = await testRouter();
  const deployments = (greenWeight: number) =>
    [
      { name: "blue", weight: 100 - greenWeight, instances: [blue.url] },
      { name: "green", weight: greenWeight, instances: [green.url] },
    ] as const;
  router.apply(...deployments(0));
  const load = startLoad(router);

  const wrong: string[] = [];
  for (let at = 1; at <= 200; at++) {
    const weight = [100, 0, 50, 10][at % 4] ?? 0;
    router.apply(...deployments(weight));
    const { deployment } = await router.score();
    if ((weight === 100 && deployment !== "green") || (weight === 0 && deployment !== "blue"))
      wrong.push(`${at}: ${deployment} at ${weight}`);
  }
  const { statuses } = await load.stop();

  expect(wrong).toEqual([]);
  expect([...statuses.keys()]).toEqual([200]);
  expect(statuses.get(200)).toBeGreaterThan(200);
});

test("no request is lost while deployments come and go: added when ready, taken out of the table, then drained", async () => {
  await using router = await testRouter();
  let current = await testServer(encodeModel(LINEAR));
  router.apply({ name: "v0", weight: 100, instances: [current.url] });
  const load = startLoad(router);

  for (let version = 1; version <= 12; version++) {
    const next = await testServer(encodeModel(LINEAR));
    router.apply(
      { name: `v${version - 1}`, weight: 100, instances: [current.url] },
      { name: `v${version}`, weight: 0, instances: [next.url] },
    );
    await load.answered(20);
    router.apply({ name: `v${version}`, weight: 100, instances: [next.url] });
    await current[Symbol.asyncDispose]();
    current = next;
  }
  const { statuses, deployments } = await load.stop();
  await current[Symbol.asyncDispose]();

  expect([...statuses.keys()]).toEqual([200]);
  expect(deployments.size).toBeGreaterThan(6);
});

test("when an instance is killed under load, its requests are answered by the other one", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using first = startChild("server-main.ts", [folder.path]);
  await using second = startChild("server-main.ts", [folder.path]);
  const origins = await Promise.all(
    [first, second].map(async (child) => `http://127.0.0.1:${(await child.told("listening")).port}`),
  );
  await Promise.all([first.told("ready"), second.told("ready")]);
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 100, instances: origins });
  const load = startLoad(router);
  await load.answered(200);

  first.process.kill("SIGKILL");
  await first.ended;
  await load.answered(200);
  const { statuses } = await load.stop();

  expect([...statuses.keys()]).toEqual([200]);
  expect(await metric(router, 'quayside_router_upstream_failures_total{deployment="blue"}')).toBeGreaterThan(0);
});

test("when a whole deployment is killed under load, the others that get live traffic answer", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using green = startChild("server-main.ts", [folder.path]);
  const origin = `http://127.0.0.1:${(await green.told("listening")).port}`;
  await green.told("ready");
  await using blue = await testServer(encodeModel(LINEAR));
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 50, instances: [blue.url] }, { name: "green", weight: 50, instances: [origin] });
  const load = startLoad(router);
  await load.answered(200);

  green.process.kill("SIGKILL");
  await green.ended;
  await load.answered(200);
  const { statuses, deployments } = await load.stop();

  expect([...statuses.keys()]).toEqual([200]);
  expect([...deployments.keys()].sort()).toEqual(["blue", "green"]);
});

test("health, metrics and zero-initialised series", async () => {
  await using blue = await testInstance("blue");
  await using router = await testRouter();
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });
  const series = 'endpoint="e",deployment="blue",model="m",version="1"';

  expect(await get(router, "/healthz")).toEqual({ status: 200, body: "ok" });
  expect(await metric(router, `quayside_router_requests_total{${series},code="200"}`)).toBe(0);
  await router.score();
  expect(await metric(router, `quayside_router_requests_total{${series},code="200"}`)).toBe(1);
  expect(await metric(router, `quayside_router_request_duration_seconds_count{${series}}`)).toBe(1);
  expect(await metric(router, "quayside_router_table_version")).toBe(1);
});

test("as a process it applies tables, and drains: what is in flight is answered, then it exits 0", async () => {
  const release = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using blue = await testInstance("blue", (_, response) => {
    arrived.resolve();
    void release.promise.then(() => response.end("done"));
  });
  await using router = startChild("router-main.ts");
  const { port } = await router.told("listening");
  await router.told("ready");

  router.process.send(routesOf(5, { name: "blue", weight: 100, instances: [blue.origin] }));
  expect(await router.told("applied")).toEqual({ type: "applied", version: 5 });
  const answer = fetch(`http://127.0.0.1:${port}/api/v1/endpoint/e/score`, {
    method: "POST",
    headers: { authorization: "Bearer the-key" },
    body: "{}",
  });
  await arrived.promise;
  router.process.kill("SIGTERM");
  while (!router.output().includes("router.draining")) await sleep(5);
  release.resolve();

  expect(await (await answer).text()).toBe("done");
  expect(await router.ended).toBe(0);
});

test("as a process it keeps the table it has when it gets one that cannot be built", async () => {
  await using blue = await testInstance("blue");
  await using router = startChild("router-main.ts");
  const { port } = await router.told("listening");
  router.process.send(routesOf(1, { name: "blue", weight: 100, instances: [blue.origin] }));
  await router.told("applied");

  router.process.send(routesOf(2, { name: "blue", weight: 100, instances: ["not an address"] }));
  while (!router.output().includes("routes.refused")) await sleep(5);
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/endpoint/e/score`, {
    method: "POST",
    headers: { authorization: "Bearer the-key" },
    body: "{}",
  });

  expect(answer.status).toBe(200);
  expect(router.messages.filter(({ type }) => type === "applied")).toHaveLength(1);
});

/** Eight callers, each asking again as soon as it is answered. */
function startLoad(router: TestRouter) {
  const statuses = new Map<number | string, number>();
  const deployments = new Map<string, number>();
  const waiting = new Set<() => void>();
  let running = true;
  const caller = async () => {
    while (running) {
      const { status, deployment } = await router.score().catch((cause: unknown) => ({ status: String(cause), deployment: "" }));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      deployments.set(deployment, (deployments.get(deployment) ?? 0) + 1);
      for (const check of waiting) check();
    }
  };
  const callers = Array.from({ length: 8 }, caller);
  const total = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);
  return {
    /** Resolves after so many more answers. */
    answered(count: number): Promise<void> {
      const goal = total() + count;
      return new Promise((resolve) => {
        const check = () => {
          if (total() < goal) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      });
    },
    async stop() {
      running = false;
      await Promise.all(callers);
      return { statuses, deployments };
    },
  };
}

async function get(router: TestRouter, path: string): Promise<{ status: number; body: string }> {
  const sent = httpRequest(router.url + path).end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, body };
}

const metric = (router: TestRouter, series: string) => seriesOf(router.url, series);
