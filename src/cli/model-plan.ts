import { resolve } from "node:path";
import { loadModelPlan, type ModelPlan } from "../mlops/index.ts";
import type { Workbench } from "./context.ts";
import { modelFolder } from "./package.ts";
import { DEFAULT_MODEL } from "./session.ts";

/** The model's files, checked; a folder of the package can be named from anywhere. */
export async function modelPlan(flags: { readonly model?: string }, bench: Workbench): Promise<ModelPlan> {
  const folder = flags.model ?? (await bench.platform()).config.model ?? DEFAULT_MODEL;
  return loadModelPlan(modelFolder(folder, resolve(bench.cwd, folder)));
}
