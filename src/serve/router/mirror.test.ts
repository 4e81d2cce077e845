import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type TestRouter, testInstance, testRouter } from "../testing/router.ts";
import { metric } from "../testing/scrape.ts";
import { LANE_LIMITS } from "./mirror.ts";

const series = (name: string, deployment = "green", result = "") =>
  `quayside_router_mirror_${name}_total{endpoint="e",deployment="${deployment}"${result && `,result="${result}"`}}`;

async function until(router: TestRouter, name: string, value: number): Promise<void> {
  while ((await metric(router.url, name)) < value) await sleep(2);
}

const answering = (body: string) => testInstance(body, (_, response) => void response.end(body));

test("copies go to several challengers with the same path, body and trace context, and are marked", async () => {
  await using blue = await answering("x");
  await using green = await answering("x");
  await using red = await answering("y");
  await using router = await testRouter(
    {},
    {
      mirrors: [
        { deployment: "green", percent: 100 },
        { deployment: "red", percent: 100 },
      ],
    },
  );
  router.apply(
    { name: "blue", weight: 100, instances: [blue.origin] },
    { name: "green", weight: 0, instances: [green.origin] },
    { name: "red", weight: 0, instances: [red.origin] },
  );
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  const answer = await router.score({ traceparent, "x-request-id": "A", "x-quayside-mirror": "forged" }, "the body");
  await until(router, series("answers", "green", "agreed"), 1);
  await until(router, series("answers", "red", "disagreed"), 1);
  expect(await metric(router.url, 'quayside_router_mirror_requests_total{endpoint="e",deployment="red",code="200"}')).toBe(1);

  expect(answer).toMatchObject({ status: 200, deployment: "blue", body: "x" });
  const copy = { url: "/score", body: "the body", headers: { traceparent, "x-request-id": "A", "x-quayside-mirror": "true" } };
  expect([green.seen, red.seen]).toMatchObject([[copy], [copy]]);
  expect(Object.keys(green.seen[0]?.headers ?? {})).not.toContain("authorization");
  expect(Object.keys(blue.seen[0]?.headers ?? {})).not.toContain("x-quayside-mirror");
});

test("a copy leaves when the caller has the whole answer, and not before", async () => {
  const rest = Promise.withResolvers<void>();
  await using green = await answering("x");
  await using blue = await testInstance("blue", (_, response) => {
    response.write("x");
    void rest.promise.then(() => response.end("y"));
  });
  await using router = await testRouter({}, { mirrors: [{ deployment: "green", percent: 100 }] });
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] }, { name: "green", weight: 0, instances: [green.origin] });

  const slow = router.score();
  // Long enough for a copy that did not wait: other requests come and go meanwhile.
  await expect.poll(() => blue.seen.length).toBe(1);
  for (let at = 0; at < 20; at++) await metric(router.url, series("sent"));
  const early = green.seen.length;
  rest.resolve();

  expect((await slow).body).toBe("xy");
  await until(router, series("answers", "green", "disagreed"), 1);
  expect([early, green.seen.length]).toEqual([0, 1]);
});

test("each challenger gets its own share", async () => {
  let draw = 0;
  await using blue = await answering("x");
  await using green = await answering("x");
  await using red = await answering("x");
  await using router = await testRouter(
    // Evenly spread, so that the shares are exact.
    { random: () => (draw = (draw + 0.61) % 1) },
    {
      mirrors: [
        { deployment: "green", percent: 25 },
        { deployment: "red", percent: 0 },
      ],
    },
  );
  router.apply(
    { name: "blue", weight: 100, instances: [blue.origin] },
    { name: "green", weight: 0, instances: [green.origin] },
    { name: "red", weight: 0, instances: [red.origin] },
  );

  for (let at = 0; at < 200; at++) await router.score();
  await until(router, series("answers", "green", "agreed"), await metric(router.url, series("sent")));

  expect(green.seen.length).toBeGreaterThan(40);
  expect(green.seen.length).toBeLessThan(60);
  expect(red.seen).toEqual([]);
});

test("what the challenger answered itself is not copied to it", async () => {
  await using green = await answering("x");
  await using router = await testRouter({}, { mirrors: [{ deployment: "green", percent: 100 }] });
  router.apply({ name: "green", weight: 100, instances: [green.origin] });

  for (let at = 0; at < 5; at++) await router.score();

  expect(green.seen).toHaveLength(5);
  expect(await metric(router.url, series("sent"))).toBe(0);
});

test("a challenger that never answers costs callers nothing: what it cannot take is dropped and counted", async () => {
  await using blue = await answering("x");
  await using green = await testInstance("green", () => {});
  await using router = await testRouter({}, { mirrors: [{ deployment: "green", percent: 100 }] });
  router.apply(
    { name: "blue", weight: 100, instances: [blue.origin], requestTimeoutMs: 60_000 },
    { name: "green", weight: 0, instances: [green.origin], requestTimeoutMs: 60_000 },
  );
  const requests = LANE_LIMITS.inFlight + LANE_LIMITS.waiting + 50;

  const statuses = new Set<number>();
  for (let at = 0; at < requests; at++) statuses.add((await router.score()).status);

  expect([...statuses]).toEqual([200]);
  expect(await metric(router.url, series("sent"))).toBe(LANE_LIMITS.inFlight);
  expect(await metric(router.url, series("dropped"))).toBe(50);
});

test("a challenger that fails, breaks off or is too slow is counted as failed; its live health is not touched", async () => {
  let copies = 0;
  await using blue = await answering("x");
  await using green = await testInstance("green", (incoming, response) => {
    if (incoming.headers["x-quayside-mirror"] === undefined) return void response.end("live");
    copies++;
    if (copies === 1) response.writeHead(500).end("x");
    if (copies === 2) response.destroy();
  });
  await using router = await testRouter({}, { mirrors: [{ deployment: "green", percent: 100 }] });
  router.apply(
    { name: "blue", weight: 100, instances: [blue.origin] },
    { name: "green", weight: 0, instances: [green.origin], requestTimeoutMs: 30 },
  );

  for (const failed of [1, 2, 3]) {
    await router.score();
    await until(router, series("answers", "green", "failed"), failed);
  }

  expect(await router.score({ "azureml-model-deployment": "green" })).toMatchObject({ status: 200, body: "live" });
  expect(await metric(router.url, 'quayside_router_upstream_failures_total{deployment="green"}')).toBeNaN();
});

test("a challenger without a ready instance, and one that the endpoint does not have, get nothing", async () => {
  await using blue = await answering("x");
  await using router = await testRouter(
    {},
    {
      mirrors: [
        { deployment: "green", percent: 100 },
        { deployment: "none", percent: 100 },
      ],
    },
  );
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] }, { name: "green", weight: 0, instances: [] });

  expect((await router.score()).status).toBe(200);
  expect(await metric(router.url, series("dropped"))).toBe(1);
});

test("a router that is strained sends no copies and counts them as dropped", async () => {
  let strained = true;
  await using blue = await answering("x");
  await using green = await answering("x");
  await using router = await testRouter({ strained: () => strained }, { mirrors: [{ deployment: "green", percent: 100 }] });
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] }, { name: "green", weight: 0, instances: [green.origin] });

  expect((await router.score()).status).toBe(200);
  expect(await metric(router.url, series("dropped"))).toBe(1);
  strained = false;
  await router.score();
  await until(router, series("answers", "green", "agreed"), 1);

  expect(green.seen).toHaveLength(1);
});
