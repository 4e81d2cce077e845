import { expect, test } from "vitest";
import { checkRequestIds, requestIds } from "./request-ids.ts";

const NAMES = ["x-request-id", "x-ms-request-id", "x-ms-client-request-id"] as const;

/** Given ids of the three names, and which of them each name answers; `-` is none, `new` an id of the server's own. */
test.each([
  ["", "", "", "new new -"],
  ["A", "", "", "A A -"],
  ["", "B", "", "new B B"],
  ["", "", "C", "new C C"],
  ["A", "B", "", "A B B"],
  ["", "B", "C", "new B C"],
  ["A", "", "C", "A C C"],
  ["A", "B", "C", "A B C"],
])("ids %j %j %j are echoed as Azure's server does", (a, b, c, expected) => {
  const answered = requestIds({ ...(a && { [NAMES[0]]: a }), ...(b && { [NAMES[1]]: b }), ...(c && { [NAMES[2]]: c }) });

  expect(NAMES.map((name) => show(answered[name])).join(" ")).toBe(expected);
});

test.each(NAMES)("an id of more than 100 characters under %s is refused", (name) => {
  expect(() => checkRequestIds({ [name]: "x".repeat(100) })).not.toThrow();
  expect(() => checkRequestIds({ [name]: "x".repeat(101) })).toThrow(
    `serve.request-id-too-long: ${name} has 101 characters; at most 100`,
  );
});

test("a request without ids gets one id under both names", () => {
  const answered = requestIds({});

  expect(answered["x-ms-request-id"]).toBe(answered["x-request-id"]);
});

function show(id: string | undefined): string {
  if (id === undefined) return "-";
  return id.length === 36 ? "new" : id;
}
