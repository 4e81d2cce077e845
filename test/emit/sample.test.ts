import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { emitArm, emitBicep } from "../../src/emit/index.ts";
import { recorded } from "./golden.ts";
import { sampleProgram } from "./sample.ts";

test("the sample prints as recorded in every target; RECORD=1 rewrites it", () => {
  const program = sampleProgram();

  const made = Object.fromEntries([...emitArm(program).files, ...emitBicep(program, { suffix: "abc" }).files]);

  expect(made).toEqual(recorded(fileURLToPath(new URL("golden/sample", import.meta.url)), made));
});

test("what a target cannot check is said", () => {
  const program = sampleProgram();

  expect(
    [emitArm(program), emitBicep(program)].flatMap(({ diagnostics }) =>
      diagnostics.map(({ code, severity, at }) => `${severity} ${code} at ${at}`),
    ),
  ).toEqual(["warning emit.arm.pattern at parameters.suffix", "warning emit.bicep.pattern at parameters.suffix"]);
});
