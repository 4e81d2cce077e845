import { expect, test } from "vitest";
import { sameAnswer } from "./same-answer.ts";

const answer = (body: string, status = 200) => ({ status, body: Buffer.from(body) });

test.each([
  ["predictions", '{"predictions":[1],"probabilities":[[0.4,0.6]]}', '{"probabilities":[[0.3,0.7]],"predictions":[1]}', true],
  ["other predictions", '{"predictions":[1]}', '{"predictions":[2]}', false],
  [
    "labels of the Open Inference Protocol, whatever id and probabilities",
    '{"id":"1","model_version":"1","outputs":[{"name":"label","datatype":"INT64","data":[1]},{"name":"p","datatype":"FP32","data":[0.5]}]}',
    '{"id":"2","model_version":"2","outputs":[{"name":"label","datatype":"INT64","data":[1]},{"name":"p","datatype":"FP32","data":[0.6]}]}',
    true,
  ],
  [
    "numbers of a regression",
    '{"outputs":[{"name":"y","datatype":"FP32","data":[0.5]}]}',
    '{"outputs":[{"name":"y","datatype":"FP32","data":[0.6]}]}',
    false,
  ],
  ["equal text", "abc", "abc", true],
  ["other text", "abc", "abd", false],
  ["JSON without predictions", '{"a":1}', '{"a": 1}', false],
])("%s", (_, a, b, same) => {
  expect(sameAnswer(answer(a), answer(b))).toBe(same);
});

test("an answer with another status is another answer", () => {
  expect(sameAnswer(answer("x", 200), answer("x", 400))).toBe(false);
});
