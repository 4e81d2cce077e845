import { expect, test } from "vitest";
import { durationMs, references, shellPath, substitute } from "./reference.ts";

test("inputs and outputs in a command are replaced, with white space around their names or without", () => {
  const command = "train ${{inputs.data}} --rate ${{ inputs.rate }} > ${{outputs.model}}/log $HOME ${OTHER}";

  const replaced = substitute(command, (side, name) => `<${side}:${name}>`);

  expect(replaced).toBe("train <inputs:data> --rate <inputs:rate> > <outputs:model>/log $HOME ${OTHER}");
});

test("what is no reference of a command job is found by its text", () => {
  expect(references("${{inputs.a}} ${{search_space.b}} ${{inputs.a.path}}")).toEqual([
    { text: "${{inputs.a}}", target: { side: "inputs", name: "a" } },
    { text: "${{search_space.b}}" },
    { text: "${{inputs.a.path}}" },
  ]);
});

test.each([
  ["PT1H", 3_600_000],
  ["PT1H30M", 5_400_000],
  ["P1DT0.5S", 86_400_500],
  ["PT600S", 600_000],
  ["1h", undefined],
  ["P", undefined],
  ["PT", undefined],
  ["P1DT", undefined],
])("the duration %s is %s milliseconds", (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});

test("a path is one word of the shell, whatever it holds", () => {
  expect(shellPath("/state/jobs/one")).toBe("/state/jobs/one");
  expect(shellPath("/my state/it's")).toBe(`'/my state/it'\\''s'`);
});
