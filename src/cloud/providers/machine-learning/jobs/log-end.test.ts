import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lastLines } from "./log-end.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quayside-log-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["nothing", "", []],
  ["one line", "a\n", ["a"]],
  ["an unfinished line", "a\nb", ["a"]],
  ["empty lines", "a\n\n", ["a", ""]],
  ["more than asked for", "a\nb\nc\nd\n", ["b", "c", "d"]],
])("a log of %s", (_, text, lines) => {
  const file = join(folder, "log");
  writeFileSync(file, text);

  expect(lastLines(file, 3)).toEqual(lines);
  expect(lastLines(file, 3, "kept")).toEqual(text.endsWith("b") ? [...lines, "b"] : lines);
});

test("of a long log only the end is read, from the beginning of a line", () => {
  const file = join(folder, "long");
  const line = "x".repeat(1023);
  writeFileSync(file, `${line}\n`.repeat(4096));

  const found = lastLines(file, 10_000);
  expect([found.length, new Set(found.map(({ length }) => length))]).toEqual([2047, new Set([1023])]);
  expect(lastLines(join(folder, "none"), 10)).toEqual([]);
});
