import { EXIT, QuaysideError, UsageError } from "../report/index.ts";
import { tell } from "./child.ts";
import { jsonLog } from "./log.ts";

/** Runs an executable of this room: what stops it is one log line, one message to the starter, and its exit code. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (cause) {
    const [code, exit] = codeOf(cause);
    const message = cause instanceof Error ? cause.message : String(cause);
    jsonLog("error", "process.failed", { code, message });
    await tell({ type: "failed", code, message });
    process.exit(exit);
  }
}

/** Reads arguments; what is wrong with them ends in exit code 2 and the usage line. */
export function usage<T>(line: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}; ${line}`, { code: "serve.usage", cause });
  }
}

export function integerOption(
  line: string,
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  return usage(line, () => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new Error(`--${name} is ${text}; an integer from ${min} to ${max} is needed`);
    return value;
  });
}

function codeOf(cause: unknown): [string, number] {
  if (cause instanceof QuaysideError) return [cause.code, cause.exitCode];
  const system = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  if (system === "EADDRINUSE" || system === "EACCES" || system === "EADDRNOTAVAIL") return ["serve.cannot-listen", EXIT.failed];
  return ["serve.bug", EXIT.bug];
}
