import { createInterface } from "node:readline/promises";
import { proposeCompletions, run } from "@stricli/core";
import { EXIT, QuaysideError } from "../report/index.ts";
import { application } from "./app.ts";
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
  for (const { completion } of await proposeCompletions(application, inputs.slice(1), context))
    process.stdout.write(`${completion}\n`);
} else {
  await run(application, inputs, context);
  // Unknown commands and flags come back as negative codes.
  if (typeof process.exitCode === "number" && process.exitCode < 0) process.exitCode = EXIT.usage;
  // Keep-alive connections to Azure would hold the process for a while after its work is done.
  process.exit();
}
