import { ArmFault, type ArmRequest } from "../contract.ts";
import type { Engine } from "./engine.ts";
import type { DeploymentRecord } from "./record.ts";
import type { DeploymentPath } from "./routes.ts";

/** A request to one deployment. */
export interface Call {
  readonly engine: Engine;
  readonly request: ArmRequest;
  readonly path: DeploymentPath;
  readonly id: string;
  readonly name: string;
}

export function existing({ engine, id, name }: Call): DeploymentRecord {
  const record = engine.records.get(id);
  if (record === undefined)
    throw new ArmFault(404, "DeploymentNotFound", `the deployment '${name}' could not be found`, { target: id });
  return record;
}

/** How soon to ask again, in both spellings that clients know; never 0, which some take for "at once, for ever". */
export const POLLING = { "Retry-After": "1", "x-ms-retry-after-ms": "50" } as const;
