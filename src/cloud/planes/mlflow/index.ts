import type { CloudHost, ProviderModule } from "../../contract.ts";
import { mlflowPlane } from "./plane.ts";

export type { RunStatus } from "./records.ts";
export { createRun, endRun, type NewRun } from "./runs.ts";

/** Azure ML's MLflow endpoint: tracking, artifacts and the model registry of every workspace. */
export function createMlflow(host: CloudHost): Partial<ProviderModule> {
  return { planes: [mlflowPlane(host)] };
}
