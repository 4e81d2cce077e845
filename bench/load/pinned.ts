import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Job } from "./generator.ts";
import { cpuSecondsOf, processTree, residentMiBOf } from "./proc.ts";
import type { LoadResult } from "./samples.ts";

/** The generator and what stands behind a router have one core; what is measured has the other. */
export const CORES = { load: 0, measured: 1 } as const;

export interface Pinned extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Seconds of processor time that it and its children used so far. */
  cpuSeconds(): number;
  /** Resident memory of it and its children. */
  residentMiB(): number;
  /** The end of what it printed. */
  output(): string;
  running(): boolean;
  /** Stops and continues it with its children. */
  pause(): void;
  resume(): void;
}

export interface PinnedOptions {
  readonly argv: readonly string[];
  readonly core: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly ipc?: boolean;
}

for (const [name, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(name, () => process.exit(status));
process.setMaxListeners(64);

/** Starts a process that may run on one core only; it and its children are killed at the end of the scope. */
export function startPinned({ argv, core, env = {}, cwd, ipc = false }: PinnedOptions): Pinned {
  const child = spawn("taskset", ["-c", String(core), ...argv], {
    stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
    env: { ...process.env, ...env },
    cwd,
    // A group of its own: servers that end their whole group must not end the benchmark.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => (output = (output + String(chunk)).slice(-4_000)));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const members = () => (child.pid === undefined || !running() ? [] : processTree(child.pid));
  const running = () => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    // One by one: some servers give their workers process groups of their own.
    for (const pid of members()) {
      try {
        process.kill(pid, name);
      } catch {
        // it ended by itself
      }
    }
  };
  // A benchmark that is broken off (Control-C) runs no disposers.
  const onExit = () => signal("SIGKILL");
  process.once("exit", onExit);
  return {
    process: child,
    output: () => output,
    cpuSeconds: () => members().reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
    residentMiB: () => members().reduce((sum, pid) => sum + residentMiBOf(pid), 0),
    running,
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async [Symbol.asyncDispose]() {
      process.off("exit", onExit);
      signal("SIGKILL");
      await ended;
    },
  };
}

const run = promisify(execFile);
/** A server that answers nothing any more must not hold up the others for ever. */
const LOAD_GRACE_SECONDS = 20;

/** Runs the load generator on its core. */
export async function load(job: Job): Promise<LoadResult> {
  const generator = join(import.meta.dirname, "generator.ts");
  const argv = ["-c", String(CORES.load), process.execPath, generator, JSON.stringify(job)];
  const { stdout } = await run("taskset", argv, { timeout: (job.seconds + LOAD_GRACE_SECONDS) * 1000 });
  return JSON.parse(stdout) as LoadResult;
}
