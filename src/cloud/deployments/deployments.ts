import type { ArmHandler, CloudHost } from "../contract.ts";
import { createEngine } from "./engine.ts";
import { createHandler } from "./handler.ts";
import { resumeAll } from "./launch.ts";

/** `Microsoft.Resources/deployments`: takes templates, deploys what they declare as the caller, and tells how it goes. */
export interface Deployments {
  readonly handle: ArmHandler;
  /** Takes up deployments that were running before a restart. */
  start(): Promise<void>;
  /** Stops scheduling; what runs stays running in the store, for the next start. */
  stop(): Promise<void>;
}

export function createDeployments(host: CloudHost): Deployments {
  const stopping = new AbortController();
  const engine = createEngine(host, stopping.signal);
  return {
    handle: createHandler(engine),
    start: () => {
      resumeAll(engine);
      return Promise.resolve();
    },
    stop: () => {
      stopping.abort(new Error("the cloud is stopping"));
      return Promise.resolve();
    },
  };
}
