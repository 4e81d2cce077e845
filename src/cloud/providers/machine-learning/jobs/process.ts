import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Writable } from "node:stream";

export interface JobProcess {
  readonly pid: number;
  /** Resolves when the command has ended and nothing of its process group is left. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Asks with SIGTERM first, then kills the whole group. */
  end(): void;
}

const GRACE_MS = 2000;

/**
 * The command runs in a process group of its own, beside a watchdog that reads a pipe which only this process holds open.
 * When this process goes, even by SIGKILL, the pipe ends and the watchdog kills the group.
 */
const LAUNCHER = '( read -r _ <&3; kill -KILL 0 ) & exec /bin/sh -c "$1" 3<&-';

export interface JobProcessOptions {
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Both output streams go here, in the order of their writes. */
  readonly logFile: string;
}

export function startJobProcess(options: JobProcessOptions): JobProcess {
  const log = openSync(options.logFile, "a");
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", LAUNCHER, "sh", options.command], {
      cwd: options.folder,
      env: { ...options.environment },
      stdio: ["ignore", log, log, "pipe"],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  const pid = child.pid ?? 0;
  const leash = child.stdio[3] as Writable;
  // The watchdog's end closes when it dies; that is no error of ours.
  leash.on("error", () => {});
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exitCode, signal) => {
      clearTimeout(timer);
      // What the command left in the background ends with it, the watchdog included.
      kill(pid, "SIGKILL");
      leash.destroy();
      resolve({ exitCode, signal });
    });
  });
  return {
    pid,
    ended,
    end() {
      if (timer !== undefined) return;
      kill(pid, "SIGTERM");
      timer = setTimeout(() => kill(pid, "SIGKILL"), GRACE_MS);
      timer.unref();
    },
  };
}

function kill(group: number, signal: NodeJS.Signals): void {
  if (group === 0) return;
  try {
    process.kill(-group, signal);
  } catch {
    // Nothing of the group is left.
  }
}
