import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { BlobAccess, BlobLocation } from "../../../planes/blob/index.ts";
import { createCollectionAgent } from "./collection-agent.ts";
import { folderOf } from "./collection-event.ts";
import type { CollectionSpec } from "./data-collector.ts";

const SPEC: CollectionSpec = {
  source: "/subscriptions/s/deployments/blue",
  rollingRate: "Hour",
  captureHeaders: ["x-a"],
  collections: {
    request: { percent: 50, location: { account: "st", container: "c", path: "mdc/ep/blue/request" } },
    model_inputs: { percent: 100, location: { account: "st", container: "c", path: "kept" } },
  },
};

/** A blob store in memory that can be out of order. */
function memory() {
  const blobs = new Map<string, string>();
  const state = { fails: false };
  const put = async ({ path }: BlobLocation, data: unknown) => {
    if (state.fails) throw new Error("the blob store is out of order");
    blobs.set(path, (blobs.get(path) ?? "") + String(data));
  };
  const access = { append: put, write: put, url: ({ path }: BlobLocation) => `https://st/c/${path}` };
  return { blobs, state, access: access as unknown as BlobAccess };
}

async function running() {
  const store = memory();
  const lines: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  const agent = createCollectionAgent(store.access, SPEC, folder, (line) => lines.push(line));
  const environment = await agent.environment();
  const url = `http://${environment.AZUREML_MDC_HOST}:${environment.AZUREML_MDC_PORT}/modeldata/log`;
  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const attributes = { "trace-id": "id-1", "ce-type": "azureml.inference.request", "ce-time": "1764313200" };
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...attributes, ...headers },
    });
    return `${answer.status} ${await answer.text()}`;
  };
  return { ...store, agent, lines, environment, url, post };
}

test("it tells the server what to collect in the form that Azure ML's client reads", async () => {
  const { agent, environment } = await running();
  const { AZUREML_MDC_CONFIG_PATH = "" } = environment;

  expect(JSON.parse(readFileSync(AZUREML_MDC_CONFIG_PATH, "utf8"))).toEqual({
    runMode: "cloud",
    collections: {
      request: { enabled: true, sampleRatePercentage: 50 },
      model_inputs: { enabled: true, sampleRatePercentage: 100 },
    },
    captureHeaders: ["x-a"],
    payloadLogging: "server",
  });
  await agent.close();
});

test("events of a second are appended together, by the hour that they name, with every attribute that came", async () => {
  const { agent, post, blobs } = await running();

  expect(await post('{"a":\n 1}', { "ce-x-request-id": "r-1", "ce-path": "/score" })).toBe("200 done");
  expect(await post("not JSON", { "trace-id": "id-2" })).toBe("200 done");
  expect(await post("[{}]", { "trace-id": "id-3", "ce-type": "azureml.inference.model_inputs", "ce-time": "1764316799" })).toBe(
    "200 done",
  );
  await agent.close();

  const [first = "", second = ""] = [...blobs.keys()];
  expect(first).toMatch(/^mdc\/ep\/blue\/request\/2025\/11\/28\/07\/[\da-f-]{36}\.jsonl$/);
  expect(second).toMatch(/^kept\/2025\/11\/28\/07\//);
  const [one, two] = (blobs.get(first) ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(one).toEqual({
    specversion: "1.0",
    id: "id-1",
    source: SPEC.source,
    type: "azureml.inference.request",
    datacontenttype: "application/json",
    time: "2025-11-28T07:00:00.000Z",
    correlationid: "r-1",
    xrequestid: "r-1",
    path: "/score",
    contentrange: "bytes 0-8/9",
    data: { a: 1 },
  });
  expect(two).toMatchObject({ id: "id-2", data: "not JSON" });
});

test.each([
  ["bytes that are no text", new Uint8Array([0xff, 0x00])],
  ["more than 4 MiB", "x".repeat(4 * 2 ** 20 + 1)],
])("%s have a blob of their own, which the event names", async (_, body) => {
  const { agent, post, blobs } = await running();

  await post(body, { "content-type": "application/octet-stream" });
  await agent.close();

  const [beside = "", line = ""] = [...blobs.keys()];
  expect(beside).toBe("mdc/ep/blue/request/2025/11/28/07/id-1");
  expect(JSON.parse(blobs.get(line) ?? "")).toMatchObject({ data: `https://st/c/${beside}`, datainblob: "true" });
});

test.each<[Record<string, string>, string]>([
  [{ "trace-id": "" }, "400 trace-id is missing"],
  [{ "trace-id": "../x" }, "400 trace-id is missing"],
  [{ "ce-type": "other" }, "400 ce-type is missing"],
  [{ "ce-type": "azureml.inference.response" }, "400 response is not collected"],
  [{ "ce-time": "noon" }, "400 ce-time is not a time in seconds"],
])("an event with %j is refused", async (headers, answer) => {
  const { agent, post, blobs } = await running();

  expect(await post("{}", headers)).toBe(answer);
  await agent.close();
  expect(blobs.size).toBe(0);
});

test("while the blob store fails events are kept, within bounds, and written when it is well again", async () => {
  const { agent, post, blobs, state, lines } = await running();
  const large = `"${"x".repeat(4 * 2 ** 20 - 2)}"`;
  state.fails = true;

  const answers: string[] = [];
  for (let at = 0; at < 5; at++) answers.push(await post(large, { "trace-id": `id-${at}` }));
  while (lines.length === 0) await sleep(10);
  state.fails = false;
  await agent.close();

  expect(answers).toEqual([
    "200 done",
    "200 done",
    "200 done",
    "429 the blob store does not keep up",
    "429 the blob store does not keep up",
  ]);
  expect(lines[0]).toBe("collected data could not be written: the blob store is out of order");
  const ids = [...blobs.values()]
    .flatMap((text) => text.trimEnd().split("\n"))
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids).toEqual(["id-0", "id-1", "id-2"]);
});

test("what cannot be written until the end is said to be lost", async () => {
  const { agent, post, state, lines } = await running();
  state.fails = true;
  await post("{}");

  await agent.close();

  expect(lines.at(-1)).toBe("1 collected events are lost");
});

test("folders roll at the rate that was asked for", () => {
  const time = new Date("2025-11-28T07:05:09Z");

  expect((["Year", "Month", "Day", "Hour", "Minute"] as const).map((rate) => folderOf(time, rate))).toEqual([
    "2025",
    "2025/11",
    "2025/11/28",
    "2025/11/28/07",
    "2025/11/28/07/05",
  ]);
});
