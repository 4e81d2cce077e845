import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { DATATYPES, IDENTITY, LINEAR, retype } from "../testing/models.ts";
import { post, type TestServer, testServer } from "../testing/server.ts";

/** Two rows of two, as JSON and as the bytes of the binary extension. */
const SAMPLES: Readonly<Record<(typeof DATATYPES)[number], { readonly json: readonly unknown[]; readonly bytes: Uint8Array }>> = {
  BOOL: { json: [true, false, false, true], bytes: Uint8Array.of(1, 0, 0, 1) },
  UINT8: { json: [0, 1, 254, 255], bytes: bytesOf(Uint8Array.of(0, 1, 254, 255)) },
  UINT16: { json: [0, 1, 256, 65_535], bytes: bytesOf(Uint16Array.of(0, 1, 256, 65_535)) },
  UINT32: { json: [0, 1, 65_536, 4_294_967_295], bytes: bytesOf(Uint32Array.of(0, 1, 65_536, 4_294_967_295)) },
  UINT64: { json: [0, 1, 2 ** 40, 2 ** 53 - 1], bytes: bytesOf(BigUint64Array.of(0n, 1n, 2n ** 40n, 2n ** 53n - 1n)) },
  INT8: { json: [-128, -1, 0, 127], bytes: bytesOf(Int8Array.of(-128, -1, 0, 127)) },
  INT16: { json: [-32_768, -1, 0, 32_767], bytes: bytesOf(Int16Array.of(-32_768, -1, 0, 32_767)) },
  INT32: { json: [-(2 ** 31), -1, 0, 2 ** 31 - 1], bytes: bytesOf(Int32Array.of(-(2 ** 31), -1, 0, 2 ** 31 - 1)) },
  INT64: { json: [-(2 ** 40), -1, 0, 2 ** 53 - 1], bytes: bytesOf(BigInt64Array.of(-(2n ** 40n), -1n, 0n, 2n ** 53n - 1n)) },
  FP16: { json: [0.5, -2, 0.1, 65_500], bytes: bytesOf(Uint16Array.of(0x3800, 0xc000, 0x2e66, 0x7bff)) },
  FP32: { json: [0.5, -2, 0.1, 16_777_216], bytes: bytesOf(Float32Array.of(0.5, -2, 0.1, 16_777_216)) },
  FP64: { json: [0.5, -2, 0.1, 1e300], bytes: bytesOf(Float64Array.of(0.5, -2, 0.1, 1e300)) },
  BYTES: { json: ["", "a", "Zürich", "\n"], bytes: texts("", "a", "Zürich", "\n") },
};

function bytesOf({ buffer }: { readonly buffer: ArrayBufferLike }): Uint8Array {
  return new Uint8Array(buffer);
}

function texts(...all: readonly string[]): Uint8Array {
  return Buffer.concat(
    all.map((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    }),
  );
}

/** Sends a header and bytes after it; gives the answer's header and the bytes after it. */
async function infer(url: string, header: object, bytes: Uint8Array, length?: number) {
  const json = Buffer.from(JSON.stringify(header));
  const response = await fetch(`${url}/v2/models/m/infer`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(length ?? json.length) },
    body: Buffer.concat(length === 0 ? [bytes] : [json, bytes]),
  });
  const body = Buffer.from(await response.arrayBuffer());
  const own = response.headers.get("inference-header-content-length");
  const head = own === null ? body.length : Number(own);
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    header: JSON.parse(body.subarray(0, head).toString()) as { error?: string; outputs?: unknown[] },
    bytes: new Uint8Array(body.subarray(head)),
  };
}

describe.each(DATATYPES)("%s", (datatype) => {
  const { json, bytes } = SAMPLES[datatype];
  const head = { name: "x", shape: [2, 2], datatype };
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer(retype(encodeModel(IDENTITY), datatype));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("comes back from JSON as JSON, flat or nested", async () => {
    for (const data of [json, [json.slice(0, 2), json.slice(2)]]) {
      const response = await post(`${server.url}/v2/models/m/infer`, { inputs: [{ ...head, data }] });

      expect(await response.json()).toEqual({
        model_name: "m",
        model_version: "3",
        outputs: [{ name: "y", shape: [2, 2], datatype, data: json }],
      });
    }
  });

  test("comes back from bytes as bytes", async () => {
    const parameters = { binary_data_size: bytes.length };
    const answer = await infer(
      server.url,
      { inputs: [{ ...head, parameters }], parameters: { binary_data_output: true } },
      bytes,
    );

    expect(answer).toEqual({
      status: 200,
      type: "application/octet-stream",
      header: { model_name: "m", model_version: "3", outputs: [{ name: "y", shape: [2, 2], datatype, parameters }] },
      bytes: new Uint8Array(bytes),
    });
  });

  test("comes back from bytes as JSON and from JSON as bytes, as each output asks", async () => {
    const fromBytes = await infer(server.url, { inputs: [{ ...head, parameters: { binary_data_size: bytes.length } }] }, bytes);
    const outputs = [{ name: "y", parameters: { binary_data: true } }];
    const fromJson = await infer(server.url, { inputs: [{ ...head, data: json }], outputs }, new Uint8Array(0));

    expect(fromBytes.header.outputs).toEqual([{ name: "y", shape: [2, 2], datatype, data: json }]);
    expect(fromJson.bytes).toEqual(new Uint8Array(bytes));
  });

  test("with other than its bytes is refused", async () => {
    for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(1, 2, 3, 4)])]) {
      const answer = await infer(server.url, { inputs: [{ ...head, parameters: { binary_data_size: wrong.length } }] }, wrong);

      expect([answer.status, answer.header.error]).toEqual([400, expect.stringMatching(/^serve\.binary-size: input "x" has /)]);
    }
  });
});

describe("a binary request", () => {
  let linear: TestServer;
  beforeAll(async () => {
    linear = await testServer(encodeModel(LINEAR));
  });
  afterAll(() => linear[Symbol.asyncDispose]());
  const rows = Float32Array.of(5.1, 3.5, 1.4, 0.2, 6, 3, 5, 2);
  const head = { name: "X", shape: [2, 4], datatype: "FP32" };
  const sized = (size: unknown) => ({ inputs: [{ ...head, parameters: { binary_data_size: size } }] });

  test("without a header is the rows of the only input, and answered in bytes", async () => {
    const answer = await infer(linear.url, {}, bytesOf(rows), 0);

    expect([answer.status, answer.header.outputs]).toEqual([
      200,
      [
        { name: "label", shape: [2], datatype: "INT64", parameters: { binary_data_size: 16 } },
        { name: "probabilities", shape: [2, 3], datatype: "FP32", parameters: { binary_data_size: 24 } },
      ],
    ]);
  });

  test.each([
    [
      "more bytes than are there",
      sized(64),
      bytesOf(rows),
      "serve.binary-size: inputs[0] has binary_data_size 64; 32 bytes follow",
    ],
    ["a negative size", sized(-1), bytesOf(rows), "serve.binary-size: inputs[0] has binary_data_size -1; 32 bytes follow"],
    [
      "a size that is text",
      sized("32"),
      bytesOf(rows),
      'serve.binary-size: inputs[0] has binary_data_size "32"; 32 bytes follow',
    ],
    [
      "bytes that belong to nobody",
      { inputs: [{ ...head, data: [...rows] }] },
      Uint8Array.of(1),
      "serve.binary-size: 1 bytes after the JSON belong to no input",
    ],
    [
      "NaN",
      sized(32),
      bytesOf(Float32Array.of(1, 2, 3, Number.NaN, 5, 6, 7, 8)),
      'serve.value: input "X" has NaN at position 3; the model takes a finite 32-bit number',
    ],
    [
      "shared memory",
      { inputs: [{ ...head, parameters: { shared_memory_region: "r" } }] },
      new Uint8Array(0),
      "serve.parameter: inputs[0] has parameter shared_memory_region, which is not supported; leave it out",
    ],
  ])("with %s is refused", async (_, header, bytes, error) => {
    expect((await infer(linear.url, header, bytes)).header).toEqual({ error });
  });

  test("with a header length beyond the body, or none at all, is refused", async () => {
    expect((await infer(linear.url, {}, bytesOf(rows), 1000)).header.error).toContain("is 1000; the body has 34 bytes");
    expect((await infer(linear.url, {}, bytesOf(rows), Number.NaN)).header.error).toContain("is NaN; the body has 34 bytes");
  });
});
