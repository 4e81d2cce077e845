import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { textAt } from "../../common/body.ts";
import { routingProperties } from "./routing-properties.ts";
import { startWorld } from "./testing.ts";

const read = (own: Record<string, string>) => routingProperties({ properties: own });

test("mirrors and the sticky key are read from properties that Azure ML keeps without looking", () => {
  expect(read({ "quayside.mirror": '{"green":100,"red":0.5}', "quayside.sticky": '{"cookie":"sid"}', other: "x" })).toEqual({
    mirrors: [
      { deployment: "green", percent: 100 },
      { deployment: "red", percent: 0.5 },
    ],
    sticky: { cookie: "sid" },
  });
  expect(routingProperties({})).toEqual({ mirrors: [] });
});

test.each([
  ["quayside.mirror", "green=100", "it must be the text of a JSON object"],
  ["quayside.mirror", '{"green":101}', "it must be a number from 0 to 100"],
  ["quayside.mirror", '{"green":"1"}', "it must be a number from 0 to 100"],
  ["quayside.sticky", '{"header":"a","cookie":"b"}', "must be"],
  ["quayside.sticky", '{"header":"a b"}', "must be"],
  ["quayside.sticky", '{"query":"a"}', "must be"],
])("%s %s is refused", (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message);
});

test("a challenger gets copies of live requests and a sticky caller stays, when the endpoint's properties say so", async () => {
  await using world = await startWorld();
  const properties = { "quayside.mirror": '{"green":100}', "quayside.sticky": '{"header":"x-user"}' };
  await world.endpoint("ep-mirror", { properties });
  await world.deploy("ep-mirror", "blue");
  await world.deploy("ep-mirror", "green");
  await world.traffic("ep-mirror", { blue: 100 });

  expect((await world.score("ep-mirror", { "x-user": "u" })).headers.get("azureml-model-deployment")).toBe("blue");
  const endpoint = (await world.test.ask("GET", `${world.workspace}/onlineEndpoints/ep-mirror`)).json;
  expect(endpoint.properties).toMatchObject({ properties, mirrorTraffic: {} });
  const metrics = new URL("/metrics", textAt(endpoint, "properties.scoringUri"));
  const agreed = /quayside_router_mirror_answers_total\{endpoint="ep-mirror",deployment="green",result="agreed"\} [1-9]/;
  // A router without rest leaves copies out, so one request may not do.
  while (!agreed.test(await (await fetch(metrics)).text())) {
    await world.score("ep-mirror");
    await sleep(20);
  }

  await world.traffic("ep-mirror", { blue: 50, green: 50 });
  const seen = new Set<string | null>();
  for (let at = 0; at < 10; at++)
    seen.add((await world.score("ep-mirror", { "x-user": "u" })).headers.get("azureml-model-deployment"));
  expect(seen.size).toBe(1);
});
