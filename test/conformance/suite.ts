import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { type Finished, repository, startQuayside, temporaryFolder } from "../support/quayside.ts";
import { type Installed, onPath, type Tool } from "./install.ts";

/** What a real tool must be able to do with the embedded Azure. */
export interface Suite {
  readonly name: string;
  readonly needs: readonly Tool[];
  /** Tools that only some of its checks need; the suite looks for them in `stage.tools`. */
  readonly wants?: readonly Tool[];
  run(stage: Stage): Promise<void>;
}

export interface Stage {
  readonly tools: Readonly<Partial<Record<Tool, Installed>>>;
  /** A check that is counted and told; a failed one does not stop the suite. */
  readonly check: (title: string, body: () => Promise<void>) => Promise<void>;
  /** Something that could not be tried, and why. */
  readonly skip: (title: string, why: string) => void;
}

/** An embedded Azure of its own, and programs that are pointed at it. */
export interface Rehearsed extends AsyncDisposable {
  readonly folder: string;
  /** What the definition prints now: `bicep/`, `scripts/`, `kubernetes/`. */
  readonly printed: string;
  readonly env: Readonly<Record<string, string>>;
  /** What `quayside cloud env` prints, for a shell. */
  exports(): Promise<string>;
  /** Runs a program through `quayside cloud exec`, as a person would. */
  exec(program: string, inputs: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Runs a command of Quayside on this cloud: `cloud quota set ...`. */
  quayside(line: string): Promise<Finished>;
}

export async function rehearse(stage: Stage): Promise<Rehearsed> {
  const folder = temporaryFolder();
  const state = ["--state", join(folder.path, "state")];
  const env = {
    PATH: pathOf(stage.tools),
    HOME: folder.path,
    QUAYSIDE_POLL_SECONDS: "1",
  };
  const started = await startQuayside(["cloud", "start", ...state], { env }).finished;
  if (started.code !== 0) throw new Error(`the embedded Azure does not start: ${started.err}`);
  const printed = join(folder.path, "printed");
  succeeded(await startQuayside(["emit", "all", "--out", printed]).finished);
  return {
    folder: folder.path,
    printed,
    env,
    exports: async () => succeeded(await startQuayside(["cloud", "env", ...state], { env }).finished),
    exec: (program, inputs, more) =>
      startQuayside(["cloud", "exec", ...state, "--", program, ...inputs], { env: { ...env, ...more } }).finished,
    quayside: (line) => startQuayside([...words(line), ...state], { env }).finished,
    [Symbol.asyncDispose]: async () => {
      await startQuayside(["cloud", "stop", ...state], { env }).finished;
      folder[Symbol.dispose]();
    },
  };
}

/** The path with all tools of a suite but one; `undefined` where that one is on the machine's own. */
export function pathWithout({ tools }: Stage, tool: Tool): string | undefined {
  const { [tool]: _, ...others } = tools;
  return onPath(tool) === undefined ? pathOf(others) : undefined;
}

function pathOf(tools: Stage["tools"]): string {
  return [...Object.values(tools).map(({ program }) => dirname(program)), process.env.PATH].join(delimiter);
}

/** A program of this machine, away from any rehearsal. */
export function start(program: string, inputs: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const child = spawn(program, inputs, { cwd: repository, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, out, err }));
  });
}

/** The output of a program that must succeed. */
export function succeeded({ code, out, err }: Finished): string {
  if (code !== 0) throw new Error(`ended with ${code}: ${(err || out).trim().slice(-1500)}`);
  return out;
}

/** The words of a command line that is easier to read as one. */
export function words(line: string): string[] {
  return line.split(" ");
}
