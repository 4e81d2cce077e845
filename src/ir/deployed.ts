import { perProgram } from "./per-program.ts";
import { programPlaces } from "./places.ts";
import type { Parameter } from "./program.ts";
import { walk } from "./walk.ts";

/** The parameters that a deployment takes: all but those that are only checked and that nothing of the definition refers to. */
export const deployedParameters = perProgram((program): readonly Parameter[] => {
  const used = new Set<string>();
  for (const { node } of programPlaces(program)) walk(node, (inner) => void (inner.kind === "parameter" && used.add(inner.name)));
  return program.parameters.filter(({ name, onlyChecked }) => !onlyChecked || used.has(name));
});
