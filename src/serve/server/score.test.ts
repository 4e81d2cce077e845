import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { COLUMNS, ECHO, LINEAR, LOOKUP, ONE_ROW, SUM } from "../testing/models.ts";
import { post, type TestServer, testServer } from "../testing/server.ts";

const ROWS = [
  [5.1, 3.5, 1.4, 0.2],
  [6.3, 3.3, 6, 2.5],
];
const NAMES = ["a", "b", "c", "d"];
const SIGNATURE = { "signature.json": JSON.stringify({ inputs: [{ name: "X", columns: NAMES }] }) };

let named: TestServer;

beforeAll(async () => {
  named = await testServer(encodeModel(LINEAR), { files: SIGNATURE, maxRows: 3, maxBodyBytes: 4096 });
});
afterAll(() => named[Symbol.asyncDispose]());

describe("a table is understood in every spelling of Azure ML's clients", () => {
  const reversed = ROWS.map((row) => row.toReversed());
  test.each([
    ["data", { data: ROWS }],
    ["input_data as rows", { input_data: ROWS }],
    ["input_data as a data frame", { input_data: { columns: NAMES, index: [7, 9], data: ROWS } }],
    ["input_data with columns in another order", { input_data: { columns: NAMES.toReversed(), data: reversed } }],
    ["input_data without columns", { input_data: { data: ROWS } }],
    ["inputs", { inputs: ROWS }],
  ])("%s", async (_, body) => {
    const response = await post(`${named.url}/score`, body);

    expect(response.status).toBe(200);
    const { predictions, probabilities } = (await response.json()) as { predictions: number[]; probabilities: number[][] };
    expect(predictions).toEqual([0, 2]);
    for (const [at, row] of ROWS.entries()) expectClose(probabilities[at] ?? [], softmax(row));
  });

  test("GET carries the table in the query, each value as JSON", async () => {
    const response = await fetch(`${named.url}/score?data=${encodeURIComponent(JSON.stringify(ROWS))}`);

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ predictions: [0, 2] });
  });
});

test("OPTIONS answers an empty 200, as Azure's server does without CORS", async () => {
  const response = await fetch(`${named.url}/score`, { method: "OPTIONS" });

  expect([response.status, await response.text()]).toEqual([200, ""]);
});

describe("what cannot be scored gets one line, a code, and a server that stays up", () => {
  const rows = (row: unknown[]) => ({ data: [ROWS[0], row] });
  const raw = (text: string, headers: Record<string, string> = {}) => ({ text, headers });
  test.each<[string, unknown, number, string]>([
    ["not JSON", raw("{data"), 400, "serve.not-json: the body is not JSON ("],
    ["NaN", raw('{"data":[[NaN,1,2,3]]}'), 400, "; JSON has no NaN or Infinity"],
    ["an empty body", raw(""), 400, "serve.empty-body: the body is empty; send a JSON object"],
    ["an array", raw("[[1,2,3,4]]"), 400, "serve.not-an-object: the body is an array; send a JSON object"],
    ["null", raw("null"), 400, "serve.not-an-object: the body is null; send a JSON object"],
    ["no known key", { rows: ROWS }, 400, 'serve.unknown-input: unknown input "rows"'],
    ["an unknown key beside a known one", { data: ROWS, params: {} }, 400, 'serve.unknown-input: unknown input "params"'],
    [
      "two tables",
      { data: ROWS, inputs: ROWS },
      400,
      "serve.no-input: the body has 2 of data, input_data, inputs; send exactly one",
    ],
    ["no table", {}, 400, "serve.no-input: the body has 0 of data, input_data, inputs; send exactly one"],
    ["a table that is text", { data: "5.1,3.5" }, 400, "serve.rows: data is a string; send an array of rows (a, b, c, d)"],
    ["no rows", { data: [] }, 400, "serve.rows: data has no rows; send at least one"],
    [
      "too many rows",
      { data: [ROWS[0], ROWS[0], ROWS[0], ROWS[0]] },
      413,
      "serve.too-many-rows: data has 4 rows; at most 3 in one request",
    ],
    ["a row that is a number", { data: [1, 2] }, 400, "serve.row: data[0] is a number; send an array of 4 values"],
    ["a short row", rows([1, 2, 3]), 400, "serve.row-width: data[1] has 3 values; the model takes 4"],
    ["a long row", rows([1, 2, 3, 4, 5]), 400, "serve.row-width: data[1] has 5 values; the model takes 4"],
    ["text", rows([1, "2", 3, 4]), 400, "serve.value: row 1, b is a string; the model takes a finite 32-bit number"],
    ["null in a row", rows([1, null, 3, 4]), 400, "serve.value: row 1, b is null; the model takes a finite 32-bit number"],
    ["a boolean", rows([1, true, 3, 4]), 400, "serve.value: row 1, b is true;"],
    ["a nested row", rows([1, [2], 3, 4]), 400, "serve.value: row 1, b is an array;"],
    ["infinity", raw('{"data":[[1e999,1,2,3]]}'), 400, "serve.value: row 0, a is Infinity;"],
    ["a number beyond 32 bits", { data: [[1e39, 1, 2, 3]] }, 400, "serve.value: row 0, a is 1e+39;"],
    [
      "a column too few",
      { input_data: { columns: ["a", "b", "c"], data: ROWS } },
      400,
      "serve.columns: input_data.columns has 3 names; the model takes 4",
    ],
    [
      "a wrong column",
      { input_data: { columns: ["a", "b", "c", "e"], data: ROWS } },
      400,
      'serve.columns: input_data.columns lacks "d"; the model\'s columns are a, b, c, d',
    ],
    [
      "a wrong index",
      { input_data: { index: [1], data: ROWS } },
      400,
      "serve.index: input_data.index has 1 entries; input_data.data has 2 rows",
    ],
    ["an unknown frame key", { input_data: { rows: ROWS } }, 400, "serve.unknown-input: unknown key input_data.rows"],
    [
      "another content type",
      raw("{}", { "content-type": "text/csv" }),
      415,
      "serve.content-type: content-type is text/csv; send application/json",
    ],
    [
      "a body that only claims to be compressed",
      raw("{}", { "content-encoding": "gzip" }),
      400,
      "serve.content-encoding: the body is not whole gzip data",
    ],
    [
      "an unknown compression",
      raw("{}", { "content-encoding": "zstd" }),
      415,
      "serve.content-encoding: content-encoding zstd is not supported",
    ],
    [
      "a body too large",
      raw(`{"data":[[${"1,".repeat(3000)}1]]}`),
      413,
      "serve.body-too-large: the body is larger than 4096 bytes; send fewer rows in a request, or binary tensors",
    ],
    [
      "a long request id",
      raw("{}", { "x-request-id": "x".repeat(101) }),
      431,
      "serve.request-id-too-long: x-request-id has 101 characters; at most 100",
    ],
    ["a prototype's key", raw('{"__proto__":1,"data":[[1,2,3,4]]}'), 400, 'serve.unknown-input: unknown input "__proto__"'],
  ])("%s", async (_, body, status, message) => {
    const { text, headers } = isRaw(body) ? body : { text: JSON.stringify(body), headers: {} };

    const response = await post(`${named.url}/score`, text, headers);

    expect(response.status).toBe(status);
    expect(response.headers.get("x-ms-run-function-failed")).toBe("False");
    const answer = (await response.json()) as { message: string };
    expect(Object.keys(answer)).toEqual(["message"]);
    expect(answer.message).toContain(message);
    expect(answer.message).not.toContain("\n");
    expect((await post(`${named.url}/score`, { data: ROWS })).status).toBe(200);
  });

  test("a body that is not UTF-8", async () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);

    const response = await fetch(`${named.url}/score`, { method: "POST", headers: { "content-type": "application/json" }, body });

    expect([response.status, await response.text()]).toEqual([400, '{"message":"serve.not-utf8: the body is not UTF-8 text"}']);
  });

  test("a body too large whose size is only known while it arrives", async () => {
    const parts = (async function* () {
      for (let at = 0; at < 64; at++) yield Buffer.alloc(1024, 32);
    })();

    const response = await fetch(`${named.url}/score`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: ReadableStream.from(parts),
      duplex: "half",
    });

    expect(response.status).toBe(413);
  });

  test("a prototype's key in the query", async () => {
    const response = await fetch(`${named.url}/score?__proto__=${encodeURIComponent(JSON.stringify({ data: ROWS }))}`);

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('unknown input \\"__proto__\\"');
  });

  test("a method that the route does not have", async () => {
    const response = await fetch(`${named.url}/score`, { method: "DELETE" });

    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, GET, OPTIONS"]);
  });
});

test("a model that fails while it runs is a 500 of its own, and only of the request that made it fail", async () => {
  await using server = await testServer(encodeModel(LOOKUP));

  const [good, bad, alsoGood] = await Promise.all([0, 7, 2].map((index) => post(`${server.url}/score`, { data: [[index]] })));

  expect([good?.status, await good?.json()]).toEqual([200, { predictions: [[10]] }]);
  expect([alsoGood?.status, await alsoGood?.json()]).toEqual([200, { predictions: [[30]] }]);
  expect([bad?.status, bad?.headers.get("x-ms-run-function-failed")]).toEqual([500, "True"]);
  expect(await bad?.json()).toMatchObject({
    message: expect.stringMatching(/^serve\.model-failed: the model could not compute this request \(/),
  });
});

test("an answer says how long the model ran", async () => {
  const response = await post(`${named.url}/score`, { data: ROWS });

  expect(response.headers.get("x-ms-run-fn-exec-ms")).toMatch(/^\d+\.\d{3}$/);
  expect(response.headers.get("x-ms-run-function-failed")).toBe("False");
});

test("a model with one output answers predictions", async () => {
  await using server = await testServer(encodeModel(SUM));

  expect(
    await (
      await post(`${server.url}/score`, {
        data: [
          [1, 2],
          [0.1, 0.2],
        ],
      })
    ).json(),
  ).toEqual({ predictions: [3, 0.3] });
});

test("a model with one input for each column takes rows in the order of its inputs, or by their names", async () => {
  await using server = await testServer(encodeModel(COLUMNS));

  expect(await (await post(`${server.url}/score`, { data: [[2, 3]] })).json()).toEqual({ predictions: [[6]] });
  const byName = {
    input_data: {
      columns: ["height", "width"],
      data: [
        [3, 2],
        [5, 4],
      ],
    },
  };
  expect(await (await post(`${server.url}/score`, byName)).json()).toEqual({ predictions: [[6], [20]] });
});

test("a model that does not take rows of one table says where it can be asked", async () => {
  await using server = await testServer(encodeModel(ECHO));

  const response = await post(`${server.url}/score`, { data: [[1, 2]] });

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    message: 'serve.not-a-table: model "m" does not take rows of one table; send named tensors to /v2/models/m/infer',
  });
});

test("a model of exactly one row refuses two", async () => {
  await using server = await testServer(encodeModel(ONE_ROW));

  expect(await (await post(`${server.url}/score`, { data: [[1, 2]] })).json()).toEqual({ predictions: [[-1, -2]] });
  const two = await post(`${server.url}/score`, {
    data: [
      [1, 2],
      [3, 4],
    ],
  });
  expect([two.status, await two.json()]).toEqual([400, { message: "serve.rows: data has 2 rows; the model takes exactly 1" }]);
});

interface Raw {
  readonly text: string;
  readonly headers: Record<string, string>;
}

function isRaw(body: unknown): body is Raw {
  return typeof body === "object" && body !== null && "text" in body;
}

/** The LINEAR model, computed here in 64 bits. */
function softmax(row: readonly number[]): number[] {
  const weights = LINEAR.weights[0].data;
  const scores = [0, 1, 2].map((label) => row.reduce((sum, value, at) => sum + value * (weights[at * 3 + label] ?? 0), 0));
  const powers = scores.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function expectClose(given: readonly number[], expected: readonly number[]): void {
  expect(given).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(given[at]).toBeCloseTo(value, 5);
}
