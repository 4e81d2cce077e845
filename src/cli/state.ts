import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { QuaysideError } from "../report/index.ts";

/** A folder for what a rehearsal keeps between commands; `.quayside` beside the project unless told. */
export interface StateFolder {
  readonly path: string;
  readonly cloud: string;
  readonly lastRun: string;
}

export function stateFolder(cwd: string, chosen: string | undefined): StateFolder {
  const path = resolve(cwd, chosen ?? ".quayside");
  return { path, cloud: join(path, "cloud"), lastRun: join(path, "last-run.json") };
}

/** Makes a folder of the state, or tells which one could not be made. */
export function makeFolder(path: string): void {
  try {
    makeBelow(path);
  } catch (cause) {
    // Some systems call a folder that takes none below it "not found", so the system's own word is kept out of the message.
    throw new QuaysideError(`the folder ${path} cannot be made`, {
      code: "cli.state-unwritable",
      fault: "user",
      hint: "choose a writable folder with --state",
      cause,
    });
  }
}

/** Node's own `recursive` never ends where a folder exists and still answers ENOENT, as below /proc. */
function makeBelow(path: string): void {
  if (existsSync(path)) return void mkdirSync(path, { recursive: true }); // refuses a file
  if (dirname(path) !== path) makeBelow(dirname(path));
  mkdirSync(path);
}

/** One run at a time works on a state folder. Dispose it to let the next one in; a dead holder is taken over. */
export function lockRun(state: StateFolder): Disposable {
  makeFolder(state.path);
  const file = join(state.path, "run.lock");
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    const holder = Number(readFileSync(file, "utf8"));
    // Whoever was killed before its number was written holds nothing; 0 would stand for our own process group.
    if (holder > 0 && isAlive(holder) && holder !== process.pid) {
      throw new QuaysideError(`process ${holder} is already working on ${state.path}`, {
        code: "cli.state-in-use",
        fault: "user",
        hint: "wait for it, or choose another folder with --state",
        cause: error,
      });
    }
    writeFileSync(file, String(process.pid));
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

/** What a running embedded Azure tells later commands; nothing in it is secret. */
export interface RunningCloud {
  readonly pid: number;
  readonly arm: string;
  readonly http: string;
  readonly proxy: string;
  readonly caFile: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly clientId: string;
}

/** Read back by `running.ts`. */
export const runningFile = (state: StateFolder) => join(state.cloud, "running.json");

export function writeRunning(state: StateFolder, cloud: RunningCloud): void {
  const draft = `${runningFile(state)}.tmp`;
  writeFileSync(draft, `${JSON.stringify(cloud, null, 2)}\n`);
  renameSync(draft, runningFile(state));
}

export function clearRunning(state: StateFolder): void {
  rmSync(runningFile(state), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else exists, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
