import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ChildMessage } from "../protocol.ts";

export interface TestChild extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Everything it told its starter so far. */
  readonly messages: readonly ChildMessage[];
  /** Everything it printed so far. */
  output(): string;
  /** The first message of the type, from the past or the future; rejects when the child ends without it. */
  told<T extends ChildMessage["type"]>(type: T): Promise<Extract<ChildMessage, { type: T }>>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

/** Starts one of this room's executables as a child with an IPC channel; it is killed at the end of the scope. */
export function startChild(
  main: "server-main.ts" | "router-main.ts",
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): TestChild {
  const child = fork(fileURLToPath(new URL(`../${main}`, import.meta.url)), args, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
    env: { ...process.env, ...environment },
  });
  const messages: ChildMessage[] = [];
  const waiting = new Set<() => void>();
  let output = "";
  child.stdout?.on("data", (chunk) => (output += String(chunk)));
  child.stderr?.on("data", (chunk) => (output += String(chunk)));
  child.on("message", (message: ChildMessage) => {
    messages.push(message);
    for (const check of waiting) check();
  });
  // Not `close`: Node leaves it out when the starter has disconnected the channel.
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string | null);
  return {
    process: child,
    messages,
    output: () => output,
    ended,
    told: (type) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = messages.find(
            (message): message is Extract<ChildMessage, { type: typeof type }> => message.type === type,
          );
          if (found !== undefined) resolve(found);
        };
        waiting.add(check);
        check();
        void ended.then((code) => reject(new Error(`ended with ${code} before it told ${type}: ${output}`)));
      }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
