import { Agent, fetch } from "undici";
import { expect, test } from "vitest";
import { textAt } from "../../common/body.ts";
import { STUMP, startWorld, type World } from "./testing.ts";

const CONNECTIONS = 4;

interface Load {
  /** Ends the load and tells what was answered: status -> how many. */
  stop(): Promise<Record<string, number>>;
}

/** Keep-alive connections that score without pause. */
async function startLoad(world: World, endpoint: string): Promise<Load> {
  const id = `${world.workspace}/onlineEndpoints/${endpoint}`;
  const uri = textAt((await world.test.ask("GET", id)).json, "properties.scoringUri") ?? "";
  const key = textAt((await world.test.ask("POST", `${id}/listKeys`)).json, "primaryKey");
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const seen: Record<string, number> = {};
  let running = true;
  const workers = Array.from({ length: CONNECTIONS }, async () => {
    while (running) {
      const answer = await fetch(uri, {
        method: "POST",
        dispatcher,
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ data: [[0.9, 0]] }),
      });
      await answer.text();
      seen[answer.status] = (seen[answer.status] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  return {
    stop: async () => {
      running = false;
      await Promise.all(workers);
      await dispatcher.close();
      return seen;
    },
  };
}

test("no request is lost while traffic moves, a deployment scales, rolls to another version, and is deleted", async () => {
  await using world = await startWorld();
  await world.endpoint("ep-load");
  await world.deploy("ep-load", "blue", {}, { sku: { name: "Default", capacity: 2 } });
  await world.traffic("ep-load", { blue: 100 });
  const load = await startLoad(world, "ep-load");

  const succeeded = { json: { status: "Succeeded" } };
  const model = await world.model("next", "1", { "model.onnx": STUMP });
  expect(await world.deploy("ep-load", "green")).toMatchObject(succeeded);
  expect(await world.traffic("ep-load", { blue: 50, green: 50 })).toMatchObject(succeeded);
  expect(await world.deploy("ep-load", "blue", {}, { sku: { name: "Default", capacity: 1 } })).toMatchObject(succeeded);
  expect(await world.deploy("ep-load", "green", { model })).toMatchObject(succeeded);
  for (let turn = 0; turn < 10; turn++) {
    const green = turn % 2 === 0 ? 100 : 30;
    expect(await world.traffic("ep-load", { blue: 100 - green, green })).toMatchObject(succeeded);
  }
  expect(await world.traffic("ep-load", { blue: 0, green: 100 })).toMatchObject(succeeded);
  const deleted = await world.test.ask("DELETE", `${world.workspace}/onlineEndpoints/ep-load/deployments/blue`);
  await world.test.settle(deleted);

  const seen = await load.stop();
  expect(Object.keys(seen)).toEqual(["200"]);
  expect(seen["200"]).toBeGreaterThan(100);
});
