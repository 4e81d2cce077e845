import { expect, test } from "vitest";
import { readSignature } from "./signature.ts";

const X = { name: "X", type: "float32", shape: [null, 2] } as const;
const read = (signature: unknown) => readSignature("signature.json", JSON.stringify(signature), X);

test("the columns of the model's input are read, other keys are left alone", () => {
  expect(read({ inputs: [{ name: "Y" }, { name: "X", type: "float32", columns: ["a", "b"] }], outputs: [] })).toEqual(["a", "b"]);
});

test("a signature need not name columns", () => {
  expect(read({ inputs: [{ name: "X" }] })).toBeUndefined();
  expect(read({ inputs: [] })).toBeUndefined();
});

test.each<[unknown, string]>([
  [[], "signature.json is not a signature: it has no array of inputs"],
  [{ inputs: {} }, "signature.json is not a signature: it has no array of inputs"],
  [
    { inputs: [{ name: "X", columns: ["a", "a"] }] },
    'signature.json is not a signature: columns of input "X" are not different names',
  ],
  [
    { inputs: [{ name: "X", columns: ["a", 2] }] },
    'signature.json is not a signature: columns of input "X" are not different names',
  ],
  [{ inputs: [{ name: "X", columns: ["a"] }] }, "signature.json names 1 columns; the model takes 2"],
])("%j is refused", (signature, message) => {
  expect(() => read(signature)).toThrow(message);
});

test("what is not JSON is refused", () => {
  expect(() => readSignature("signature.json", "{", X)).toThrow("is not a signature");
});
