import { expect, test } from "vitest";
import { dataCollector } from "./data-collector.ts";

const problems = (value: object) =>
  dataCollector.safeParse(value).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

test("Azure ML's own spelling is understood: truth as text, rates in lower case", () => {
  const collections = { model_inputs: { enabled: "True" }, request: { enabled: false } };

  expect(dataCollector.parse({ collections, rolling_rate: "day", request_logging: { capture_headers: ["x-a"] } })).toEqual({
    collections: { model_inputs: { enabled: true }, request: { enabled: false } },
    sampling_rate: 1,
    rolling_rate: "Day",
    request_logging: { capture_headers: ["x-a"] },
  });
});

test.each<[object, string]>([
  [{}, "collections: "],
  [{ collections: {} }, "collections: expected at least one collection"],
  [{ collections: { own: { enabled: true } } }, 'collections: Unrecognized key: "own"'],
  [{ collections: { request: { enabled: "yes" } } }, "collections.request.enabled: "],
  [{ collections: { request: {} } }, "collections.request.enabled: "],
  [{ collections: { request: { enabled: true, client_id: "x" } } }, 'collections.request: Unrecognized key: "client_id"'],
  [{ collections: { request: { enabled: true, data: { path: "here" } } } }, "collections.request.data.path: expected azureml://"],
  [{ collections: { request: { enabled: true } }, sampling_rate: 2 }, "sampling_rate: "],
  [{ collections: { request: { enabled: true } }, rolling_rate: "week" }, "rolling_rate: "],
  [{ collections: { request: { enabled: true } }, rate: 1 }, ': Unrecognized key: "rate"'],
])("%j is refused", (value, message) => {
  expect(problems(value)?.join("\n")).toContain(message);
});
