import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asString } from "../../src/base/index.ts";
import { startWorld, type World } from "../../src/cloud/providers/machine-learning/endpoints/testing.ts";
import { STUMP } from "../support/stump.ts";

/** What a caller of a deployed model gets for requests that the model cannot take: two features, one row or more. */
let world: World;
let scoringUri: string;
let key: string;
beforeAll(async () => {
  world = await startWorld();
  await world.endpoint("ep-wire");
  await world.deploy("ep-wire", "blue", { model: await world.model("wire-stump", "1", { "model.onnx": STUMP }) });
  await world.traffic("ep-wire", { blue: 100 });
  const id = `${world.workspace}/onlineEndpoints/ep-wire`;
  const { properties } = (await world.test.ask("GET", id)).json as { properties: { scoringUri: string } };
  scoringUri = properties.scoringUri;
  key = asString((await world.test.ask("POST", `${id}/listKeys`)).json.primaryKey);
});
afterAll(() => world[Symbol.asyncDispose]());

interface Scored {
  readonly status: number;
  readonly text: string;
}

async function score(body: string | Buffer, headers: Record<string, string> = {}): Promise<Scored> {
  const answer = await fetch(scoringUri, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers },
    body: new Uint8Array(Buffer.from(body)),
  });
  return { status: answer.status, text: await answer.text() };
}

const GOOD = JSON.stringify({ data: [[0.9, 0]] });

describe("a body", () => {
  test.each([
    ["that is not JSON", "{data: [[1, 2]]}", 400, /JSON/],
    ["that is empty", "", 400, /JSON|empty/],
    ["with rows that are too short", '{"data":[[1]]}', 400, /2/],
    ["with rows that are too long", '{"data":[[1,2,3]]}', 400, /2/],
    ["with rows of different lengths", '{"data":[[1,2],[1]]}', 400, /row|2/],
    ["with a word for a number", '{"data":[["big",2]]}', 400, /big|number/],
    ["with nothing for a number", '{"data":[[null,2]]}', 400, /null|number/],
    ["with NaN, which JSON cannot say", '{"data":[[NaN,2]]}', 400, /JSON|NaN/],
    ["with a number beyond what a float holds", '{"data":[[1e999,2]]}', 400, /finite|range|number/i],
    ["without rows", '{"data":[]}', 400, /row/],
    ["without data", '{"rows":[[1,2]]}', 400, /data/],
    ["that is a bare number", "7", 400, /object|data/],
  ])("%s is refused in one line", async (_what, body, status, says) => {
    const answer = await score(body);

    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(says);
    expect(answer.text.trim().split("\n")).toHaveLength(1);
    expect(answer.text).not.toMatch(/\n\s+at |node_modules|\.ts:\d+/);
  });

  test("above the limit is refused with 413, also when its size is not announced", async () => {
    const large = JSON.stringify({ data: Array.from({ length: 1_800_000 }, () => [0.5, 0.5]) });
    expect(large.length).toBeGreaterThan(16 * 1024 * 1024);

    expect((await score(large)).status).toBe(413);
    expect(await chunked(large)).toBe(413);
  });

  test("that was refused costs nobody else anything: the next one is answered", async () => {
    const [bad, good] = await Promise.all([score('{"data":[[1]]}'), score(GOOD)]);

    expect([bad.status, good.status]).toEqual([400, 200]);
    expect(JSON.parse(good.text)).toMatchObject({ predictions: ["high"] });
  });
});

describe("a key", () => {
  test.each<[string, (key: string) => string]>([
    ["missing", () => ""],
    ["wrong", () => "Bearer wrong"],
    ["cut short", (right) => `Bearer ${right.slice(0, -1)}`],
    ["of another scheme", (right) => `Basic ${right}`],
  ])("that is %s opens nothing", async (_what, authorization) => {
    const answer = await score(GOOD, { authorization: authorization(key) });

    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain(key);
  });

  test("and a token of Resource Manager's are not the same thing", async () => {
    expect((await score(GOOD, { authorization: `Bearer ${await world.test.token()}` })).status).toBe(401);
  });
});

test("another method, another path and a deployment that is not there are refused", async () => {
  const authorization = `Bearer ${key}`;
  expect((await fetch(scoringUri, { method: "DELETE", headers: { authorization } })).status).toBe(405);
  expect((await fetch(`${scoringUri}/no-such-route`, { headers: { authorization } })).status).toBe(404);
  expect((await score(GOOD, { "azureml-model-deployment": "green" })).status).toBe(404);
});

/** Sends without a content-length; tells the status. */
function chunked(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(scoringUri, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    });
    sent.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    // The server may hang up while the rest is on its way; its answer came first.
    sent.on("error", reject);
    for (let at = 0; at < body.length; at += 65_536) sent.write(body.slice(at, at + 65_536));
    sent.end();
  });
}
