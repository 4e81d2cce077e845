import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { testInstance, testRouter } from "../testing/router.ts";

const healthCheck = { path: "/", periodMs: 5, timeoutMs: 50 };

/** An instance that scores whatever its health check says. */
async function checkedInstance(name: string) {
  const state = { check: "ok" as "ok" | "unready" | "hangs" };
  const instance = await testInstance(name, (incoming, response) => {
    if (incoming.url !== "/") return void response.end(name);
    if (state.check !== "hangs") response.writeHead(state.check === "ok" ? 200 : 503).end();
  });
  return { state, origin: instance.origin, [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose]() };
}

test.each(["unready", "hangs"] as const)(
  "an instance whose health check is %s gets no request until it is well again",
  async (how) => {
    await using first = await checkedInstance("first");
    await using second = await checkedInstance("second");
    await using router = await testRouter();
    router.apply({ name: "blue", weight: 100, instances: [first.origin, second.origin], healthCheck });
    const served = async () => {
      const names = new Set<string>();
      for (let at = 0; at < 4; at++) {
        const bodies = await Promise.all([router.score(), router.score()]);
        for (const { body } of bodies) names.add(body);
      }
      return [...names].sort().join(" ");
    };
    expect(await served()).toBe("first second");

    first.state.check = how;
    while ((await served()) !== "second") await sleep(5);
    first.state.check = "ok";
    while ((await served()) !== "first second") await sleep(5);
  },
);

test("the only instance is used even when its health check fails: refusing would help nobody", async () => {
  const log: string[] = [];
  await using only = await checkedInstance("only");
  await using router = await testRouter({ log: (_, event) => void log.push(event) });
  only.state.check = "unready";
  router.apply({ name: "blue", weight: 100, instances: [only.origin], healthCheck });

  while (!log.includes("instance.unhealthy")) await sleep(5);

  expect(await router.score()).toMatchObject({ status: 200, body: "only" });
});

test("a deployment whose instances are all unwell leaves its share to the others", async () => {
  const log: string[] = [];
  await using blue = await checkedInstance("blue");
  await using green = await checkedInstance("green");
  await using router = await testRouter({ log: (_, event) => void log.push(event) });
  blue.state.check = "unready";
  router.apply(
    { name: "blue", weight: 90, instances: [blue.origin], healthCheck },
    { name: "green", weight: 10, instances: [green.origin], healthCheck },
  );
  while (!log.includes("instance.unhealthy")) await sleep(5);

  const bodies = new Set<string>();
  for (let at = 0; at < 20; at++) bodies.add((await router.score()).body);

  expect([...bodies]).toEqual(["green"]);
});

test("a table without health checks ends those of the table before", async () => {
  const log: string[] = [];
  await using blue = await testInstance(
    "blue",
    (incoming, response) => void response.writeHead(incoming.url === "/" ? 503 : 200).end(),
  );
  await using router = await testRouter({ log: (_, event) => void log.push(event) });
  router.apply({ name: "blue", weight: 100, instances: [blue.origin], healthCheck });
  while (!log.includes("instance.unhealthy")) await sleep(5);

  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });
  await sleep(30);
  const asked = blue.seen.length;
  await sleep(30);

  expect(blue.seen).toHaveLength(asked);
});
