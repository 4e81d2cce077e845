import { execFile } from "node:child_process";
import { promisify } from "node:util";

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly command: string;
}

async function processes(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,ppid=,stat=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state: state ?? "", command: command ?? "" }];
  });
}

/** Process ids of the children whose command line has this text, oldest first. */
export async function childrenOf(parent: number, text: string): Promise<number[]> {
  const rows = await processes();
  return rows
    .filter((row) => row.parent === parent && isAlive(row) && row.command.includes(text))
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}

/** Everything that descends from a process, by id and command line. */
export async function descendantsOf(ancestor: number): Promise<{ readonly pid: number; readonly command: string }[]> {
  const rows = await processes();
  const family = new Set([ancestor]);
  for (let known = 0; known < family.size; ) {
    known = family.size;
    for (const { pid, parent } of rows) if (family.has(parent)) family.add(pid);
  }
  return rows
    .filter((row) => row.pid !== ancestor && family.has(row.pid) && isAlive(row))
    .map(({ pid, command }) => ({ pid, command }));
}

/** Those of these processes that live. A process id is a number that may be used again, so the command must be the same. */
export async function stillAlive(known: readonly { readonly pid: number; readonly command: string }[]): Promise<string[]> {
  const rows = await processes();
  return known
    .filter(({ pid, command }) => rows.some((row) => row.pid === pid && row.command === command && isAlive(row)))
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** An ended process that its parent has not collected yet counts as ended. */
function isAlive({ state }: Row): boolean {
  return !state.startsWith("Z");
}
