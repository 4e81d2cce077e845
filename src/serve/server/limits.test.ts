import { connect } from "node:net";
import { expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { HEAVY, LINEAR } from "../testing/models.ts";
import { metric } from "../testing/scrape.ts";
import { post, testServer } from "../testing/server.ts";

const ROW = { data: [[5.1, 3.5, 1.4, 0.2]] };
const model = encodeModel(LINEAR);

/** What comes back for these pieces, until the server ends the connection. */
function send(port: number, ...pieces: readonly string[]): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", body = ""] = answer.split("\r\n\r\n");
      resolve({ status: Number(head.split(" ")[1]), body: body === "" ? undefined : JSON.parse(body) });
    });
  });
}

const line = (text: string) => ({ message: text, error: text });
const HEADERS = "POST /score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

test.each([
  ["headers that do not end", ["POST /score HTTP/1.1\r\nhost: x\r\n"]],
  ["a request line that does not end", ["POST /sc"]],
  ["a body that does not come", [`${HEADERS}content-length: 50\r\n\r\n{"data"`]],
  ["a chunk that does not come", [`${HEADERS}transfer-encoding: chunked\r\n\r\n5\r\n{"`]],
])("a slow client is refused, and nobody waits for it: %s", async (_, pieces) => {
  await using server = await testServer(model, { headersTimeoutMs: 200, requestTimeoutMs: 400 });
  const slow = send(server.server.port, ...pieces);

  expect((await post(`${server.url}/score`, ROW)).status).toBe(200);
  const text = "serve.slow-client: the request did not arrive in time; it has 0.2 s for its headers and 0.4 s for all of it";
  expect(await slow).toEqual({ status: 408, body: line(text) });
  expect((await post(`${server.url}/score`, ROW)).status).toBe(200);
  expect(await metric(server.url, 'quayside_requests_total{model="m",version="3",route="other",code="408"}')).toBe(1);
});

test.each([
  ["no HTTP", "GARBAGE\r\n\r\n", 400, "serve.not-http: what came is not an HTTP/1.1 request"],
  [
    "two lengths",
    `${HEADERS}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "serve.not-http: what came is not an HTTP/1.1 request",
  ],
  [
    "a large header",
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
    431,
    "serve.headers-too-large: the request's line and headers are larger than 16384 bytes; send data in the body",
  ],
  [
    "a long URL",
    `GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    431,
    "serve.headers-too-large: the request's line and headers are larger than 16384 bytes; send data in the body",
  ],
  [
    "a body in a transfer coding that nobody here undoes",
    `${HEADERS}connection: close\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    501,
    "serve.transfer-encoding: the only transfer-encoding that is understood is chunked",
  ],
  [
    "a packed body in one",
    `${HEADERS}connection: close\r\ncontent-encoding: gzip\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    501,
    "serve.transfer-encoding: the only transfer-encoding that is understood is chunked",
  ],
  [
    "large chunk extensions",
    `${HEADERS}transfer-encoding: chunked\r\n\r\n2;${"x".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    413,
    "serve.chunk-extensions: the extensions of a chunk are too large; leave them out",
  ],
])("what is no request, or too large for one, gets a coded refusal: %s", async (_, text, status, message) => {
  await using server = await testServer(model);

  expect(await send(server.server.port, text)).toMatchObject({ status, body: { message } });
  expect((await post(`${server.url}/score`, ROW)).status).toBe(200);
});

test.each(["/score", "/invocations", "/v1/models/m:predict", "/v2/models/m/infer"])(
  "data nested without end is a coded 4xx of %s",
  async (path) => {
    await using server = await testServer(model);

    for (const key of ["data", "inputs", "instances", "parameters"]) {
      const answer = await post(server.url + path, `{"${key}":${"[".repeat(200_000)}${"]".repeat(200_000)}}`);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("serve.")]);
    }
    expect((await post(`${server.url}/score`, ROW)).status).toBe(200);
  },
);

test.each(["name", "shape", "datatype", "data", "parameters"])(
  "a tensor whose %s is nested without end is a coded 4xx, as arrays and as objects",
  async (member) => {
    await using server = await testServer(model);
    const deep = ["[".repeat(60_000) + "]".repeat(60_000), `${'{"a":'.repeat(60_000)}1${"}".repeat(60_000)}`];
    const whole = { name: '"X"', shape: "[1,4]", datatype: '"FP32"', data: "[1,2,3,4]", parameters: "{}" };

    for (const value of deep)
      for (const put of [value, `[1,2,3,${value}]`, `{"binary_data_size":${value}}`]) {
        const tensor = Object.entries({ ...whole, [member]: put }).map(([name, text]) => `"${name}":${text}`);
        const answer = await post(`${server.url}/v2/models/m/infer`, `{"inputs":[{${tensor.join(",")}}]}`);
        // Parameters that nobody knows are no mistake.
        expect(answer.status).toBe(member === "parameters" && !put.startsWith('{"binary') ? 200 : 400);
      }
  },
);

const NAMES = ["x-request-id", "x-ms-request-id", "x-ms-client-request-id"] as const;

test.each([
  ["", "", "", "new new -"],
  ["A", "", "", "A A -"],
  ["", "B", "", "new B B"],
  ["", "", "C", "new C C"],
  ["A", "B", "", "A B B"],
  ["", "B", "C", "new B C"],
  ["A", "", "C", "A C C"],
  ["A", "B", "C", "A B C"],
])(
  "over HTTP request ids %j %j %j are echoed as Azure's server does, on answers, refusals and unknown routes",
  async (...row) => {
    await using server = await testServer(model);
    const expected = row[3];
    const headers = Object.fromEntries(NAMES.flatMap((name, at) => (row[at] === "" ? [] : [[name, row[at] ?? ""]])));

    for (const [path, body] of [
      ["/score", ROW],
      ["/score", {}],
      ["/v2/models/m/infer", {}],
      ["/nowhere", {}],
    ] as const) {
      const answer = await post(server.url + path, body, headers);
      const seen = NAMES.map((name) => answer.headers.get(name) ?? "-").map((id) => (id.length === 36 ? "new" : id));
      expect(seen.join(" ")).toBe(expected);
    }
  },
);

test.each(NAMES)("an id of more than 100 characters under %s is a 431", async (name) => {
  await using server = await testServer(model);

  const answer = await post(`${server.url}/score`, ROW, { [name]: "x".repeat(101) });

  expect([answer.status, await answer.json()]).toEqual([
    431,
    { message: `serve.request-id-too-long: ${name} has 101 characters; at most 100` },
  ]);
});

test("a request that would wait past its deadline is a 429 with the time after which to come again", async () => {
  await using server = await testServer(encodeModel(HEAVY), { threads: 0, deadlineMs: 1 });
  const body = { data: [[1]] };
  expect((await post(`${server.url}/score`, body)).status).toBe(200);

  const answers = await Promise.all([1, 2, 3, 4].map(() => post(`${server.url}/score`, body)));

  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.length - refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(await answer.json()).toMatchObject({ message: expect.stringMatching(/^serve\.overloaded: /) });
  }
});

test("text has a lower limit than binary tensors, since it is parsed in one go", async () => {
  await using small = await testServer(model, { maxTextBytes: 2_000, maxBodyBytes: 200_000 });
  const rows = 1_000;
  const head = JSON.stringify({
    inputs: [{ name: "X", shape: [rows, 4], datatype: "FP32", parameters: { binary_data_size: rows * 16 } }],
  });
  const binary = (jsonBytes: number) =>
    fetch(`${small.url}/v2/models/m/infer`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(jsonBytes) },
      body: Buffer.concat([Buffer.from(head), Buffer.alloc(rows * 16)]),
    });

  expect((await post(`${small.url}/score`, { data: Array.from({ length: rows }, () => ROW.data[0]) })).status).toBe(413);
  expect((await binary(head.length)).status).toBe(200);
  expect((await binary(2_001)).status).toBe(413);
});

test("an output is answered once, however often a request asks for it", async () => {
  await using server = await testServer(model);
  const inputs = [{ name: "X", shape: [1, 4], datatype: "FP32", data: [1, 2, 3, 4] }];

  const answer = await post(`${server.url}/v2/models/m/infer`, { inputs, outputs: [{ name: "label" }, { name: "label" }] });

  expect([answer.status, await answer.json()]).toEqual([400, { error: 'serve.outputs: output "label" is asked for twice' }]);
});

// Each name looked up among all others would take five seconds of processor time.
test.each(["dataframe_records", "instances"])(
  "a record of a hundred thousand columns in %s is refused in no time",
  async (form) => {
    await using server = await testServer(model);
    const record = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`c${at}`, 1]));
    const body = JSON.stringify({ [form]: [record] });
    const before = process.cpuUsage();

    const answer = await post(`${server.url}/invocations`, body);

    const { user, system } = process.cpuUsage(before);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("serve.row-width");
    expect((user + system) / 1e6).toBeLessThan(2);
  },
);
