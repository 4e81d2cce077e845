import { expect, test } from "vitest";
import { json } from "./call.ts";
import { flatJson, rowJson, tensorJson, whenPrinted } from "./print.ts";

test("tensors nest by their dimensions, and infinities and NaN are null", () => {
  const data = Float32Array.of(1, 2, Number.NaN, Number.POSITIVE_INFINITY, 0.5, -1);

  expect(tensorJson({ type: "float32", dims: [2, 3], data })).toBe("[[1,2,null],[null,0.5,-1]]");
  expect(tensorJson({ type: "float32", dims: [3, 1, 2], data })).toBe("[[[1,2]],[[null,null]],[[0.5,-1]]]");
  expect(tensorJson({ type: "float32", dims: [], data: Float32Array.of(4) })).toBe("4");
  expect(tensorJson({ type: "float32", dims: [0, 3], data: new Float32Array(0) })).toBe("[]");
  expect(flatJson({ type: "float32", dims: [2, 3], data })).toBe("[1,2,null,null,0.5,-1]");
  expect(tensorJson({ type: "bool", dims: [2], data: Uint8Array.of(0, 1) })).toBe("[false,true]");
  expect(tensorJson({ type: "string", dims: [1], data: ['"'] })).toBe('["\\""]');
  expect(tensorJson({ type: "int64", dims: [1], data: BigInt64Array.of(-5n) })).toBe("[-5]");
});

test("what is large is printed over several turns of the event loop, with the same text", async () => {
  const data = Float32Array.from({ length: 60_000 }, (_, at) => at / 7);
  const large = { type: "float32", dims: [20_000, 3], data } as const;
  const rows = Array.from({ length: 20_000 }, (_, row) => rowJson(large, row));
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);

  const text = await tensorJson(large);
  clearImmediate(next);

  expect(text === `[${rows.join(",")}]`).toBe(true);
  expect((await flatJson(large)) === `[${rows.map((row) => row.slice(1, -1)).join(",")}]`).toBe(true);
  expect(turns).toBeGreaterThanOrEqual(6);
});

test("an answer is made at once when its texts are there, else when the last is printed, in the given order", async () => {
  const answer = (texts: readonly string[]) => json(200, texts.join(""));
  const text = (value: string) => () => value;
  const promise = (value: string) => () => Promise.resolve(value);

  expect(whenPrinted([text("a"), text("b")], answer)).toMatchObject({ body: "ab" });
  expect(await whenPrinted([text("a"), promise("b"), text("c"), promise("d")], answer)).toMatchObject({ body: "abcd" });
});
