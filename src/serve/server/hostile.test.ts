import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { ECHO, LINEAR } from "../testing/models.ts";
import { post, type TestServer, testServer } from "../testing/server.ts";

let linear: TestServer;
let echo: TestServer;

beforeAll(async () => {
  linear = await testServer(encodeModel(LINEAR));
  echo = await testServer(encodeModel(ECHO));
});
afterAll(async () => {
  await linear[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
});

const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.constantFrom(null, true, "", 1e39, -0, [], {}));
const row = fc.array(value, { maxLength: 6 });
const table = fc.oneof(
  fc.array(row, { maxLength: 3 }),
  fc.array(fc.tuple(fc.double(), fc.double(), fc.double(), fc.double())),
  value,
);
const scoreBody = fc.oneof(
  fc.jsonValue(),
  fc.record({ data: table }),
  fc.record({ inputs: table }),
  fc.record({
    input_data: fc.oneof(
      table,
      fc.record({ columns: fc.oneof(row, value), index: fc.oneof(row, value), data: table }, { requiredKeys: [] }),
    ),
  }),
);

const tensor = fc.record(
  {
    name: fc.oneof(fc.constantFrom("X", "float", "int64", "bool", "string", "__proto__"), value),
    shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 3 }), fc.constant([1, 2]), value),
    datatype: fc.oneof(fc.constantFrom("FP32", "FP64", "INT64", "BOOL", "BYTES"), value),
    data: fc.oneof(fc.array(value, { maxLength: 8 }), table),
  },
  { requiredKeys: [] },
);
const inferBody = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      inputs: fc.oneof(fc.array(tensor, { maxLength: 5 }), value),
      outputs: fc.oneof(fc.array(fc.record({ name: value })), value),
    },
    { requiredKeys: ["inputs"] },
  ),
);

test("whatever JSON comes to /score, the answer is 200 or a 4xx with a code", async () => {
  await fc.assert(
    fc.asyncProperty(scoreBody, async (body) => {
      const response = await post(`${linear.url}/score`, body);
      const answer = (await response.json()) as { message?: string; predictions?: number[] };

      expect([200, 400]).toContain(response.status);
      expect(answer.message ?? "serve.ok: ").toMatch(/^serve\.[a-z0-9-]+: /);
      expect(answer.message === undefined).toBe(answer.predictions !== undefined);
    }),
    { numRuns: 400 },
  );
});

test("whatever JSON comes to /v2/models/M/infer, the answer is 200 or a 4xx with a code", async () => {
  await fc.assert(
    fc.asyncProperty(inferBody, fc.boolean(), async (body, toEcho) => {
      const response = await post(`${(toEcho ? echo : linear).url}/v2/models/m/infer`, body);
      const answer = (await response.json()) as { error?: string; outputs?: unknown[] };

      expect([200, 400]).toContain(response.status);
      expect(answer.error ?? "serve.ok: ").toMatch(/^serve\.[a-z0-9-]+: /);
      expect(answer.error === undefined).toBe(answer.outputs !== undefined);
    }),
    { numRuns: 400 },
  );
});

test("whatever bytes come as JSON, the server answers and stays up", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
      const response = await fetch(`${linear.url}/score`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: Buffer.from(body),
      });

      expect(response.status).toBe(400);
    }),
    { numRuns: 200 },
  );
});
