import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { type Outcome, startLoad } from "./load.ts";
import { startMirror } from "./mirror.ts";

/** A server that answers as it is told. */
async function serving(answer: RequestListener) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/score`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const silent: RequestListener = () => undefined;
const LIVE: Outcome = { deployment: "blue", ok: true, ms: 1, dueAt: 0, body: 0, answer: "{}", requestId: "r" };

// An answer that does not come would be waited for five minutes.
test("a load that is abandoned waits for no answer", async () => {
  await using server = await serving(silent);
  const outcomes: Outcome[] = [];
  const load = startLoad({
    url: server.url,
    headers: {},
    bodies: ["{}"],
    requestsPerSecond: 500,
    connections: 2,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  await expect.poll(server.asked).toBe(2);

  await load.abandon();

  expect(outcomes.length).toBeGreaterThan(1);
  expect(outcomes.every(({ ok, deployment }) => !ok && deployment === "")).toBe(true);
});

test("copies to a candidate that never answers are bounded, and are let go of without waiting", async () => {
  await using server = await serving(silent);
  const mirror = startMirror({ url: server.url, headers: {}, bodies: ["{}"], onPair: () => undefined });

  for (let at = 0; at < 1000; at++) mirror.offer(LIVE);
  await expect.poll(server.asked).toBe(4);
  await mirror.abandon();

  expect(mirror.dropped).toBe(1000 - 256 - 4);
  mirror.offer(LIVE);
  expect(server.asked()).toBe(4);
});

test("a load that is stopped waits for what is in flight", async () => {
  await using server = await serving((_, response) => void setTimeout(() => response.end("{}"), 50));
  const load = startLoad({ url: server.url, headers: {}, bodies: ["{}"], requestsPerSecond: 200, connections: 4 });
  await expect.poll(server.asked).toBeGreaterThan(3);

  const { sent, failed } = await load.stop();

  expect([sent, failed]).toEqual([server.asked(), 0]);
});
