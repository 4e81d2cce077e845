import { createInterface } from "node:readline/promises";
import { proposeCompletions, run } from "@stricli/core";
import { EXIT, QuaysideError } from "../report/index.ts";
import { applicationFor } from "./app.ts";
import { type Context, INTERRUPTED } from "./context.ts";

const interrupt = new AbortController();
let interrupts = 0;
const onSignal = () => {
  interrupts++;
  // The first one lets go of what was made; the second one does not wait for that.
  if (interrupts > 1) process.exit(INTERRUPTED);
  interrupt.abort(new QuaysideError("interrupted", { code: "cli.interrupted", fault: "user" }));
};
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

const context: Context = {
  process,
  env: process.env,
  cwd: process.cwd(),
  signal: interrupt.signal,
  confirm: async (question) => {
    if (!process.stdin.isTTY) return false;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `, { signal: interrupt.signal })).trim());
    } finally {
      prompt.close();
    }
  },
};

const typed = process.argv.slice(2);
const inputs = typed[0] === "help" ? [...typed.slice(1), "--help"] : typed;
if (inputs[0] === "__complete") {
  const words = inputs.slice(1);
  for (const { completion } of await proposeCompletions(await applicationFor(words), words, context))
    process.stdout.write(`${completion}\n`);
} else {
  const json = inputs.includes("--json");
  // The command parser speaks plain text on standard error; with --json its words become the error's message.
  let complaint = "";
  const streams = {
    stdout: process.stdout,
    stderr: json ? { write: (text: string) => void (complaint += text) } : process.stderr,
  };
  const own = { ...streams, exitCode: undefined as number | string | null | undefined };
  await run(await applicationFor(inputs), inputs, { ...context, process: own });
  // Unknown commands and flags come back as negative codes.
  const isUsage = typeof own.exitCode === "number" && own.exitCode < 0;
  if (json && isUsage)
    process.stdout.write(`${JSON.stringify({ event: "error", error: { code: "cli.usage", message: complaint.trim() } })}\n`);
  else if (complaint !== "") process.stderr.write(complaint);
  process.exitCode = isUsage ? EXIT.usage : (own.exitCode ?? EXIT.done);
  // Keep-alive connections to Azure would hold the process for a while after its work is done.
  process.exit();
}
