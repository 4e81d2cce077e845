import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Principal, Resource } from "../../contract.ts";
import type { Params } from "./params.ts";

export interface Call {
  readonly host: CloudHost;
  readonly workspace: Resource;
  readonly params: Params;
  readonly caller: Principal;
}

export interface Route {
  /** Below `Microsoft.MachineLearningServices/workspaces/`; checked at the workspace. */
  readonly permission: string;
  run(call: Call): JsonObject | Promise<JsonObject>;
}

/** By method and path below `/api/2.0/mlflow/`: `POST runs/create`. */
export type Routes = Readonly<Record<string, Route>>;

export const READ_EXPERIMENTS = "experiments/read";
export const WRITE_EXPERIMENTS = "experiments/write";
export const DELETE_EXPERIMENTS = "experiments/delete";
export const READ_RUNS = "experiments/runs/read";
export const WRITE_RUNS = "experiments/runs/write";
export const DELETE_RUNS = "experiments/runs/delete";
export const READ_MODELS = "models/read";
export const WRITE_MODELS = "models/write";
export const DELETE_MODELS = "models/delete";
