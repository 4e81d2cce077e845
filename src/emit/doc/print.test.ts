import { expect, test } from "vitest";
import { type Doc, group, hardline, indent, join, line, print, softline } from "./index.ts";

const call = (name: string, args: readonly Doc[]): Doc =>
  group([name, "(", indent([softline, join([",", line], args)]), softline, ")"]);
const show = (doc: Doc, width = 20) => print(doc, { width, indent: 2 });

test("a group that fits stays on one line", () => {
  expect(show(call("f", ["one", "two"]))).toBe("f(one, two)");
});

test("a group that does not fit breaks all its lines, an inner one that fits does not", () => {
  expect(show(call("function", [call("g", ["1", "2"]), "another argument"]))).toBe(
    "function(\n  g(1, 2),\n  another argument\n)",
  );
});

test("a hard line breaks every group around it", () => {
  expect(show(group(["{", indent([hardline, "a"]), hardline, "}"]))).toBe("{\n  a\n}");
});

test("an empty line carries no indentation", () => {
  expect(show(indent(["a", hardline, hardline, "b"]))).toBe("a\n\n  b");
});
