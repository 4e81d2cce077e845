import type { Family } from "../../metrics.ts";
import type { Runs } from "../runs.ts";

/** What a process has counted so far. */
export interface Report {
  readonly families: readonly Family[];
  readonly runs: Runs;
}

/** What the primary may ask of a worker. */
export interface WorkerApi {
  report(): Report;
  /** Loads the model beside the one that serves; gives its stamp. */
  prepare(): Promise<string>;
  /** Serves what was prepared. */
  commit(): Promise<void>;
  /** Throws away what was prepared. */
  abandon(): Promise<void>;
  unload(): Promise<void>;
  /** Takes connections of this port from now on; 0 takes a free one. Gives the port. */
  serve(port: number): Promise<number>;
}

/** What a worker may ask of the primary: whatever is about all of them. */
export interface PrimaryApi {
  metrics(): Promise<Family[]>;
  runs(): Promise<Runs>;
  load(): Promise<void>;
  unload(): Promise<void>;
}
