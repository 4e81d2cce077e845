import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { ChildMessage, DrainMessage, RoutesMessage } from "../../../../serve/protocol.ts";

/** A process of `src/serve` on the other end of an IPC channel. */
export interface Child {
  readonly pid: number | undefined;
  /** How it ended: `exit code 3`, `signal SIGKILL`. Never rejects. */
  readonly exited: Promise<string>;
  readonly running: boolean;
  send(message: DrainMessage | RoutesMessage): void;
  /** Waits for its end, by force after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Asks it to end. */
  terminate(): void;
  kill(): void;
}

export interface ChildOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly onMessage: (message: ChildMessage) => void;
  readonly onLine: (line: string) => void;
}

/** Of the host's environment a child sees what a container would have, and where compiled code is kept; the rest stays private to the cloud. */
const INHERITED = ["PATH", "HOME", "LANG", "TMPDIR", "TZ", "SYSTEMROOT", "NODE_COMPILE_CACHE"];

export function startChild({ argv, env, onMessage, onLine }: ChildOptions): Child {
  const [command, ...args] = argv;
  const child = spawn(command ?? "", args, {
    env: { ...inherited(), ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let running = true;
  const exited = new Promise<string>((resolve) => {
    child.once("error", (cause) => resolve(`could not be started: ${cause.message}`));
    // `close` rather than `exit`: the last lines of the log have been read by then.
    child.once("close", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  }).then((how) => {
    running = false;
    return how;
  });
  child.on("message", (message) => onMessage(message as ChildMessage));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", onLine);
  }
  return {
    pid: child.pid,
    exited,
    get running() {
      return running;
    },
    send: (message) => {
      // The channel may close between the check and the write; the exit handler then deals with the loss.
      if (child.connected) child.send(message, () => {});
    },
    terminate: () => void child.kill("SIGTERM"),
    kill: () => void child.kill("SIGKILL"),
    stop: (graceMs) => stop(child, exited, graceMs),
  };
}

async function stop(child: ChildProcess, exited: Promise<string>, graceMs: number): Promise<void> {
  const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
  try {
    await exited;
  } finally {
    clearTimeout(force);
  }
}

function inherited(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
