import cluster from "node:cluster";
import type { PrimaryApi, WorkerApi } from "./api.ts";
import { type Calls, createCalls } from "./calls.ts";

/** A worker as its primary sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly calls: Calls<WorkerApi>;
  /** Never rejects. */
  readonly ended: Promise<WorkerEnd>;
  /** Asks it to finish and end. */
  drain(): void;
  kill(): void;
}

export interface WorkerEnd {
  /** `exit code 0`, `signal SIGKILL`. */
  readonly how: string;
  readonly isClean: boolean;
}

export type Fork = (place: number, api: PrimaryApi) => WorkerProcess;

/**
 * Starts this program again with these arguments, as a worker. The primary accepts connections and hands each to the next worker
 * in turn: kept-alive connections are spread evenly, which sharing a socket does not do.
 */
export function forking(args: readonly string[]): Fork {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  // Reports have maps and numbers that JSON does not know.
  cluster.setupPrimary({ args: [...args], serialization: "advanced" });
  return (place, api) => {
    const worker = cluster.fork({ QUAYSIDE_WORKER: String(place) });
    const send = (message: object) => {
      // The channel may close between the check and the write; the end of the worker then deals with the loss.
      if (worker.isConnected()) worker.send(message, () => {});
    };
    const calls = createCalls<WorkerApi, PrimaryApi>({ send, onMessage: (listener) => void worker.on("message", listener) }, api);
    const ended = new Promise<WorkerEnd>((resolve) => {
      worker.once("exit", (code, signal) => {
        // Node says null of the one that does not apply, whatever its types say.
        const how = (signal as string | null) === null ? `exit code ${code}` : `signal ${signal}`;
        calls.end(`the worker has ended (${how})`);
        resolve({ how, isClean: code === 0 });
      });
    });
    return {
      pid: worker.process.pid,
      calls,
      ended,
      drain: () => send({ type: "drain" }),
      kill: () => void worker.process.kill("SIGKILL"),
    };
  };
}
