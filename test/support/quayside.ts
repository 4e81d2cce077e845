import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@stricli/core";
import { applicationFor } from "../../src/cli/app.ts";

export const repository = join(import.meta.dirname, "..", "..");

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "quayside-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A command in this process, with its own streams and environment: fast, for what needs no process of its own. */
export async function quayside(
  inputs: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<Finished> {
  const captured = { out: "", err: "" };
  const process = {
    stdout: { write: (text: string) => void (captured.out += text) },
    stderr: { write: (text: string) => void (captured.err += text) },
    exitCode: 0,
  };
  await run(await applicationFor(inputs), inputs, {
    process,
    env: { ...options.env },
    cwd: options.cwd ?? repository,
    signal: new AbortController().signal,
    confirm: async () => false,
  });
  return { code: process.exitCode, ...captured };
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** The program as a person starts it. */
export function startQuayside(inputs: readonly string[], options: StartOptions = {}): Started {
  return start(process.execPath, [join(repository, "src/cli/main.ts"), ...inputs], options);
}

/** The main job by the script of package.json, on the Node that it brings along. */
export function npmStart(inputs: readonly string[]): Started {
  return start("npm", ["start", "--silent", "--", ...inputs], {});
}

function start(program: string, args: readonly string[], options: StartOptions): Started {
  const child = spawn(program, args, {
    cwd: options.cwd ?? repository,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", CI: "true", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const finished = new Promise<Finished>((resolve) =>
    child.once("close", (code, signal) => resolve({ code: code ?? (signal === null ? -1 : 128), out, err })),
  );
  return { child, finished };
}

/** Everything that it printed up to a text that it is waited for; rejects when it ends before. */
export function saw(child: ChildProcess, awaited: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(awaited)) resolve(text);
    });
    child.once("close", () => reject(new Error(`it ended before ${awaited}: ${text.slice(-800)}`)));
  });
}

/** Command lines of the processes that still work on a state folder. They may need a moment to end. Linux only; elsewhere there is nothing to see. */
export async function processesOf(folder: string): Promise<string[]> {
  for (let round = 0; ; round++) {
    const found = commandLines().filter((line) => line.includes(folder));
    if (found.length === 0 || round === 40) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function commandLines(): string[] {
  try {
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
      .map((entry) => {
        try {
          return readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
        } catch {
          return "";
        }
      });
  } catch {
    return [];
  }
}
