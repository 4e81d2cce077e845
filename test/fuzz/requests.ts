import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";

/** A request as a client could send it; `body` goes out as it is. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const JSON_TYPE = { "content-type": "application/json" };

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
  fc.constantFrom<unknown>(null, true, "", "__proto__", 1e39, -0, 2 ** 53, [], {}),
);
const row = fc.array(value, { maxLength: 6 });
const good = fc.array(
  fc.tuple(fc.float({ noNaN: true }), fc.float({ noNaN: true }), fc.float({ noNaN: true }), fc.float({ noNaN: true })),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const table = fc.oneof(good, fc.array(row, { maxLength: 3 }), value);
const frame = fc.record(
  { columns: fc.oneof(fc.constant(["a", "b", "c", "d"]), row, value), index: fc.oneof(row, value), data: table },
  { requiredKeys: [] },
);
const records = fc.array(
  fc.dictionary(fc.constantFrom("a", "b", "c", "d", "X", "__proto__", "constructor"), fc.oneof(fc.double(), value)),
  { maxLength: 3 },
);
const datatype = fc.oneof(fc.constantFrom("FP32", "FP64", "FP16", "INT64", "BOOL", "BYTES", "fp32"), value);
const tensor = fc.record(
  {
    name: fc.oneof(fc.constantFrom("X", "float", "double", "int64", "bool", "string", "__proto__"), value),
    shape: fc.oneof(
      fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 3 }),
      fc.constantFrom([1, 4], [1, 2], [2 ** 40, 4]),
      value,
    ),
    datatype,
    data: fc.oneof(fc.array(value, { maxLength: 8 }), table),
    parameters: fc.oneof(
      fc.record({ binary_data_size: fc.oneof(fc.integer({ min: -1, max: 64 }), value) }, { requiredKeys: [] }),
      value,
    ),
  },
  { requiredKeys: ["name", "shape", "datatype"] },
);
const inference = fc.record(
  {
    id: fc.oneof(fc.string(), value),
    inputs: fc.oneof(fc.array(tensor, { maxLength: 5 }), value),
    outputs: fc.oneof(
      fc.array(
        fc.record(
          { name: fc.oneof(fc.constantFrom("label", "probabilities"), value), parameters: value },
          { requiredKeys: ["name"] },
        ),
        { maxLength: 3 },
      ),
      value,
    ),
    parameters: fc.oneof(fc.record({ binary_data_output: fc.oneof(fc.boolean(), value) }), value),
  },
  { requiredKeys: ["inputs"] },
);

/** JSON has no word for NaN or Infinity; a client that prints them all the same sends this. */
const printed = (body: unknown): Buffer =>
  Buffer.from(
    JSON.stringify(body, (_, one: unknown) => (typeof one === "number" && !Number.isFinite(one) ? String(one) : one)) ?? "null",
  );

const postJson = (paths: readonly [string, ...string[]], body: fc.Arbitrary<unknown>): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    method: fc.constant("POST"),
    path: fc.constantFrom(...paths),
    headers: fc.constant(JSON_TYPE),
    body: body.map(printed),
  });

const one = <K extends string>(key: K, inner: fc.Arbitrary<unknown>) => fc.record({ [key]: inner });

const score = postJson(
  ["/score"],
  fc.oneof(one("data", table), one("inputs", table), one("input_data", fc.oneof(table, frame)), value),
);
const infer = postJson(["/v2/models/m/infer", "/v2/models/m/versions/3/infer", "/v2/models/n/infer"], fc.oneof(inference, value));
const invocations = postJson(
  ["/invocations"],
  fc.oneof(
    one("dataframe_split", fc.oneof(frame, value)),
    one("dataframe_records", fc.oneof(records, value)),
    one("instances", fc.oneof(table, records)),
    one("inputs", fc.oneof(table, fc.dictionary(fc.constantFrom("a", "b", "c", "d", "X"), row), value)),
    value,
  ),
);
const predict = postJson(
  ["/v1/models/m:predict", "/v1/models/m/versions/3:predict"],
  fc.oneof(one("instances", fc.oneof(table, records)), one("inputs", fc.oneof(table, value)), value),
);
const repository = postJson(["/v2/repository/index", "/v2/repository/models/n/load", "/v2/repository/models/m/replace"], value);

const csv: fc.Arbitrary<FuzzRequest> = fc
  .array(
    fc.array(fc.oneof(fc.double().map(String), fc.constantFrom("", '"', '""', "a", "b", "c", "d", "\r", '"x\n"'), fc.string()), {
      maxLength: 5,
    }),
    { maxLength: 4 },
  )
  .map((lines) => ({
    method: "POST",
    path: "/invocations",
    headers: { "content-type": "text/csv" },
    body: Buffer.from(["a,b,c,d", ...lines.map((line) => line.join(","))].join("\n")),
  }));

/** A header, its length (right or wrong), and bytes after it. */
const binary: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    fc.oneof(inference, value),
    fc.uint8Array({ maxLength: 64 }),
    fc.oneof(fc.constant(undefined), fc.constantFrom("0", "-1", "1e3", "99999999", "x", "5")),
  )
  .map(([header, bytes, length]) => {
    const json = printed(header);
    return {
      method: "POST",
      path: "/v2/models/m/infer",
      headers: { "content-type": "application/octet-stream", "inference-header-content-length": length ?? String(json.length) },
      body: Buffer.concat([json, bytes]),
    };
  });

/** BYTES tensors whose lengths are anything. */
const texts: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    fc.array(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(0xffff_ffff)), { maxLength: 4 }),
    fc.uint8Array({ maxLength: 24 }),
  )
  .map(([lengths, bytes]) => {
    const data = Buffer.concat([...lengths.map((length) => Buffer.from(Uint32Array.of(length).buffer)), bytes]);
    const json = printed({
      inputs: [{ name: "string", shape: [1, 2], datatype: "BYTES", parameters: { binary_data_size: data.length } }],
    });
    return {
      method: "POST",
      path: "/v2/models/m/infer",
      headers: { "inference-header-content-length": String(json.length) },
      body: Buffer.concat([json, data]),
    };
  });

const packed: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    fc.oneof(score, invocations, infer),
    fc.constantFrom("gzip", "br", "deflate", "identity", "zstd", "gzip, br", "__proto__"),
    fc.constantFrom("right", "cut", "not at all"),
  )
  .map(([request, coding, how]) => {
    const whole = coding === "br" ? brotliCompressSync(request.body) : gzipSync(request.body, { level: 1 });
    const body = how === "right" ? whole : how === "cut" ? whole.subarray(0, whole.length >> 1) : request.body;
    return { ...request, headers: { ...request.headers, "content-encoding": coding }, body };
  });

const token = fc.stringMatching(/^[\w.%~:-]{0,12}$/);
const anything: fc.Arbitrary<FuzzRequest> = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
  path: fc.oneof(
    fc.constantFrom(
      "/",
      "/score",
      "/swagger.json",
      "/metrics",
      "/v2",
      "/v2/models/m",
      "/v2/health/ready",
      "/ping",
      "/invocations",
      "/v1/models/m",
      "/__proto__",
      "/constructor",
    ),
    fc.array(token, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`),
    fc.tuple(fc.constantFrom("/score?", "/swagger.json?version=", "/v2/models/"), token).map(([path, rest]) => path + rest),
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      "content-type",
      "x-request-id",
      "x-ms-request-id",
      "x-ms-client-request-id",
      "traceparent",
      "traceid",
      "accept",
    ),
    fc.oneof(token, fc.constant("x".repeat(150)), fc.constant("application/json")),
  ),
  body: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
});

/** Every kind of request that the fuzzer sends, by name. */
export const REQUESTS: Readonly<Record<string, fc.Arbitrary<FuzzRequest>>> = {
  score,
  infer,
  binary,
  texts,
  invocations,
  csv,
  predict,
  repository,
  packed,
  anything,
};

const LINE = "POST /score HTTP/1.1\r\nhost: x\r\n";
const BODY = '{"data":[[5.1,3.5,1.4,0.2]]}';
const WHOLE = `${LINE}content-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const LAST = WHOLE.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");

/** Bytes of one connection, sent in pieces that end at `cuts`. Whoever asks well asks for its end in the last request. */
export interface RawConnection {
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
  /** How many requests in them are whole and right, so that each has to be answered; of hostile bytes nobody knows. */
  readonly answers?: number;
}

const cutsOf = (length: number) => fc.array(fc.nat(length), { maxLength: 4 });

const whole: fc.Arbitrary<RawConnection> = fc.integer({ min: 1, max: 3 }).chain((answers) => {
  const bytes = Buffer.from(WHOLE.repeat(answers - 1) + LAST);
  return cutsOf(bytes.length).map((cuts) => ({ bytes, cuts, answers }));
});

/** A request with bytes changed or cut, and framing that contradicts itself. */
const hostile: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .tuple(fc.array(fc.tuple(fc.nat(WHOLE.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(WHOLE.length))
    .map(([changes, length]) => {
      const bytes = Buffer.from(WHOLE);
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes.subarray(0, length);
    }),
  fc
    .constantFrom(
      `${LINE}content-length: 5\r\ncontent-length: 6\r\n\r\nabcde`,
      `${LINE}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${LINE}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx`,
      `${LINE}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n`,
      `${LINE}transfer-encoding: gzip\r\n\r\n`,
      `${LINE}content-length: -1\r\n\r\n`,
      `${LINE}content-length: 1e9\r\n\r\n`,
      `${LINE}content-length: 999999999999\r\n\r\n`,
      `${LINE}expect: 200-maybe\r\n\r\n`,
      `${LINE}x: ${"x".repeat(30_000)}\r\n\r\n`,
      `GET /${"a".repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/9.9\r\nhost: x\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\u0016\u0003\u0001\u0002\u0000",
    )
    .map((text) => Buffer.from(text, "latin1")),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

/** What may come over a connection. */
export const CONNECTIONS: fc.Arbitrary<RawConnection> = fc.oneof(
  whole,
  hostile.chain((bytes) => cutsOf(bytes.length).map((cuts) => ({ bytes, cuts }))),
);
