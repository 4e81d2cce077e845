import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Command } from "./command-line.ts";

/** The kubectl that `QUAYSIDE_KUBECTL` names, or the first one on the path. */
export function findKubectl(): string | undefined {
  const named = process.env.QUAYSIDE_KUBECTL;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return (named === undefined ? folders.map((folder) => join(folder, "kubectl")) : [named]).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Ran {
  /** Of the last command that ran; `undefined` when its time was over. */
  readonly exitCode: number | undefined;
  /** What both streams said, in the order in which it came. */
  readonly logs: string;
}

/** As much as Azure keeps of an output. */
const MOST_LOG_BYTES = 512 * 1024;
const LONGEST_MS = 300_000;

/** Runs commands one after another, as a shell would read `&&` and `;`. */
export async function runCommands(
  kubectl: string,
  commands: readonly Command[],
  options: { readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Ran> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LONGEST_MS)]);
  const chunks: Buffer[] = [];
  let room = MOST_LOG_BYTES;
  const take = (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, room));
    room = Math.max(0, room - chunk.length);
  };
  let exitCode: number | undefined = 0;
  for (const { words, after } of commands) {
    if (after === "success" && exitCode !== 0) continue;
    exitCode = await runOne(kubectl, words.slice(1), { ...options, signal }, take);
    if (signal.aborted) return { exitCode: undefined, logs: Buffer.concat(chunks).toString("utf8") };
  }
  return { exitCode, logs: Buffer.concat(chunks).toString("utf8") };
}

function runOne(
  kubectl: string,
  words: readonly string[],
  {
    folder,
    env,
    signal,
  }: { readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  take: (chunk: Buffer) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(kubectl, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], signal, killSignal: "SIGKILL" });
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", (error) => take(Buffer.from(`${error.message}\n`)));
    child.once("close", (code) => resolve(code ?? 137));
  });
}
