import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { ECHO, LINEAR, LOOKUP, ONE_ROW } from "../testing/models.ts";
import { post, type TestServer, testServer } from "../testing/server.ts";
import { VERSION } from "../version.ts";

let linear: TestServer;
let echo: TestServer;

beforeAll(async () => {
  linear = await testServer(encodeModel(LINEAR), { maxRows: 4 });
  echo = await testServer(encodeModel(ECHO));
});
afterAll(async () => {
  await linear[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
});

const get = async (path: string) => {
  const response = await fetch(linear.url + path);
  return [response.status, await response.json()];
};

describe("metadata and health", () => {
  const metadata = {
    name: "m",
    versions: ["3"],
    platform: "onnx_quayside",
    inputs: [{ name: "X", datatype: "FP32", shape: [-1, 4] }],
    outputs: [
      { name: "label", datatype: "INT64", shape: [-1] },
      { name: "probabilities", datatype: "FP32", shape: [-1, 3] },
    ],
  };
  test.each([
    ["/v2", 200, { name: "quayside", version: VERSION, extensions: ["binary_tensor_data", "model_repository", "statistics"] }],
    ["/v2/health/live", 200, { live: true }],
    ["/v2/health/ready", 200, { ready: true, live: true }],
    ["/v2/models/m", 200, metadata],
    ["/v2/models/m/versions/3", 200, metadata],
    ["/v2/models/m/ready", 200, { name: "m", ready: true }],
    ["/v2/models/m/versions/3/ready", 200, { name: "m", ready: true }],
    ["/v2/models/n", 404, { error: 'serve.unknown-model: no model "n"; this server has "m"' }],
    ["/v2/models/m/versions/4", 404, { error: 'serve.unknown-version: model "m" has no version "4"; this server has 3' }],
    ["/v2/models/m/x", 404, { error: 'serve.not-found: no route x below model "m"; known are ready, infer and stats' }],
    ["/v2/models/m/infer", 405, { error: "serve.method: GET /v2/models/m/infer is not allowed; use POST" }],
    ["/v2/models/%zz", 400, { error: "serve.path: the path has a malformed escape: %zz" }],
    ["/v2/repository/index", 405, { error: "serve.method: GET /v2/repository/index is not allowed; use POST" }],
    ["/v2/none", 404, { error: "serve.not-found: no route /v2/none" }],
  ])("GET %s", async (path, status, body) => {
    expect(await get(path)).toEqual([status, body]);
  });
});

const X = { name: "X", shape: [2, 4], datatype: "FP32" };
const FLAT = [5.1, 3.5, 1.4, 0.2, 6.3, 3.3, 6, 2.5];

describe("infer", () => {
  test.each([
    ["flat data", FLAT],
    ["nested data", [FLAT.slice(0, 4), FLAT.slice(4)]],
  ])("takes %s and gives the id back", async (_, data) => {
    const response = await post(`${linear.url}/v2/models/m/infer`, { id: "7", inputs: [{ ...X, data }] });

    expect(response.status).toBe(200);
    const answer = (await response.json()) as { outputs: { name: string; data: number[] }[] };
    expect(answer).toMatchObject({ model_name: "m", model_version: "3", id: "7" });
    expect(answer.outputs[0]).toEqual({ name: "label", shape: [2], datatype: "INT64", data: [0, 2] });
    expect(answer.outputs[1]).toMatchObject({ name: "probabilities", shape: [2, 3], datatype: "FP32" });
  });

  test("gives only the outputs that were asked for, and no id when none was given", async () => {
    const body = { inputs: [{ ...X, data: FLAT }], outputs: [{ name: "label" }] };

    expect(await (await post(`${linear.url}/v2/models/m/versions/3/infer`, body)).json()).toEqual({
      model_name: "m",
      model_version: "3",
      outputs: [{ name: "label", shape: [2], datatype: "INT64", data: [0, 2] }],
    });
  });

  test("carries every element type unchanged", async () => {
    const values = {
      float: ["FP32", [0.1, -1.5]],
      double: ["FP64", [0.1, 1e300]],
      int64: ["INT64", [-9007199254740991, 9007199254740991]],
      bool: ["BOOL", [true, false]],
      string: ["BYTES", ['say "é"\n', ""]],
    } as const;
    const inputs = Object.entries(values).map(([name, [datatype, data]]) => ({ name, datatype, shape: [1, 2], data }));

    const response = await post(`${echo.url}/v2/models/m/infer`, { inputs });

    expect(await response.json()).toMatchObject({
      outputs: Object.entries(values).map(([name, [datatype, data]]) => ({ name: `${name}_out`, datatype, shape: [1, 2], data })),
    });
  });

  test("inputs with different numbers of rows go to the model together and alone", async () => {
    const tensor = (name: string, datatype: string, shape: number[], data: unknown[]) => ({ name, datatype, shape, data });
    const inputs = [
      tensor("float", "FP32", [1, 2], [1, 2]),
      tensor("double", "FP64", [2, 2], [1, 2, 3, 4]),
      tensor("int64", "INT64", [1, 2], [1, 2]),
      tensor("bool", "BOOL", [1, 2], [true, true]),
      tensor("string", "BYTES", [1, 2], ["a", "b"]),
    ];

    const response = await post(`${echo.url}/v2/models/m/infer`, { inputs });

    expect(await response.json()).toMatchObject({ outputs: [{ shape: [1, 2] }, { shape: [2, 2] }, {}, {}, {}] });
  });

  test.each<[string, unknown, number, string]>([
    ["no inputs", {}, 400, "serve.no-input: inputs is missing; send an array of tensors"],
    ["inputs that are an object", { inputs: {} }, 400, "serve.no-input: inputs is an object; send an array of tensors"],
    ["a tensor that is text", { inputs: ["X"] }, 400, "serve.tensor: inputs[0] is a string; send {name, shape, datatype, data}"],
    [
      "an unknown input",
      { inputs: [{ ...X, name: "Y", data: FLAT }] },
      400,
      'serve.unknown-input: inputs[0].name is "Y"; the model takes "X"',
    ],
    ["an input missing", { inputs: [] }, 400, 'serve.no-input: input "X" is missing; the model takes "X"'],
    [
      "an input twice",
      {
        inputs: [
          { ...X, data: FLAT },
          { ...X, data: FLAT },
        ],
      },
      400,
      'serve.tensor: input "X" is given twice',
    ],
    [
      "a wrong datatype",
      { inputs: [{ ...X, datatype: "FP64", data: FLAT }] },
      400,
      'serve.datatype: input "X" has datatype "FP64"; the model takes FP32',
    ],
    [
      "no datatype",
      { inputs: [{ name: "X", shape: [2, 4], data: FLAT }] },
      400,
      'serve.datatype: input "X" has datatype missing; the model takes FP32',
    ],
    [
      "a wrong rank",
      { inputs: [{ ...X, shape: [8], data: FLAT }] },
      400,
      'serve.shape: input "X" has shape [8]; the model takes [-1, 4]',
    ],
    [
      "a wrong width",
      { inputs: [{ ...X, shape: [4, 2], data: FLAT }] },
      400,
      'serve.shape: input "X" has shape [4,2]; the model takes [-1, 4]',
    ],
    ["a negative dimension", { inputs: [{ ...X, shape: [-2, 4], data: FLAT }] }, 400, 'serve.shape: input "X" has shape [-2,4]'],
    [
      "a huge dimension",
      { inputs: [{ ...X, shape: [9007199254740991, 4], data: FLAT }] },
      413,
      'serve.too-many-rows: input "X" has 9007199254740991 rows; at most 4',
    ],
    ["no data", { inputs: [X] }, 400, 'serve.tensor: input "X" has data that is missing; send an array'],
    [
      "too little data",
      { inputs: [{ ...X, data: FLAT.slice(1) }] },
      400,
      'serve.shape: input "X" has 7 values; shape [2, 4] holds 8',
    ],
    [
      "ragged data",
      { inputs: [{ ...X, data: [FLAT.slice(0, 3), FLAT.slice(3)] }] },
      400,
      'serve.shape: input "X" has data nested otherwise than shape [2, 4]',
    ],
    [
      "rows too few",
      { inputs: [{ ...X, data: [FLAT.slice(0, 4)] }] },
      400,
      'serve.shape: input "X" has 1 rows of data; shape [2, 4] says 2',
    ],
    [
      "a wrong value",
      { inputs: [{ ...X, data: FLAT.with(3, Number.NaN) }] },
      400,
      'serve.value: input "X" has null at position 3; the model takes a finite 32-bit number',
    ],
    [
      "an unknown output",
      { inputs: [{ ...X, data: FLAT }], outputs: [{ name: "p" }] },
      400,
      'serve.unknown-output: outputs[0].name is "p"; the model gives "label", "probabilities"',
    ],
    [
      "no output",
      { inputs: [{ ...X, data: FLAT }], outputs: [] },
      400,
      "serve.outputs: outputs is an array; send an array of {name} or leave it out",
    ],
    ["a numeric id", { id: 7, inputs: [{ ...X, data: FLAT }] }, 400, "serve.id: id is a number; send a string"],
  ])("refuses %s", async (_, body, status, message) => {
    const response = await post(`${linear.url}/v2/models/m/infer`, body);

    expect(response.status).toBe(status);
    const answer = (await response.json()) as { error: string };
    expect(Object.keys(answer)).toEqual(["error"]);
    expect(answer.error).toContain(message);
  });

  test("takes a request without a content type, as Triton's client sends it", async () => {
    const response = await fetch(`${linear.url}/v2/models/m/infer`, {
      method: "POST",
      body: Buffer.from('{"inputs":[{"name":"X","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}'),
    });

    expect(response.status).toBe(200);
  });

  test.each([
    [
      "an integer beyond 2^53",
      LOOKUP,
      { name: "index", datatype: "INT64", shape: [1, 1], data: [2 ** 53] },
      "9007199254740992 at position 0; the model takes an integer from",
    ],
    [
      "a fraction",
      LOOKUP,
      { name: "index", datatype: "INT64", shape: [1, 1], data: [0.5] },
      "0.5 at position 0; the model takes an integer",
    ],
    [
      "two rows for one",
      ONE_ROW,
      { name: "X", datatype: "FP32", shape: [2, 2], data: [1, 2, 3, 4] },
      "has shape [2,2]; the model takes [1, 2]",
    ],
  ])("refuses %s", async (_, model, tensor, message) => {
    await using server = await testServer(encodeModel(model));

    const response = await post(`${server.url}/v2/models/m/infer`, { inputs: [tensor] });

    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringContaining(message) }]);
  });
});
