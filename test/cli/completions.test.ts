import { expect, test } from "vitest";
import { startQuayside } from "../support/quayside.ts";

test.each([
  [
    ["cloud", "st"],
    ["start", "stop", "status"],
  ],
  [["mo"], ["model"]],
  [["model", "rel"], ["release"]],
  [["emit", "te"], ["terraform"]],
  [["completions", "z"], ["zsh"]],
  [["up", "--cloud", "r"], ["rehearsal"]],
])("after %j the shell is offered %j", async (words, proposals) => {
  const { code, out } = await startQuayside(["__complete", ...words]).finished;

  expect(out.trim().split("\n")).toEqual(proposals);
  expect(code).toBe(0);
});
