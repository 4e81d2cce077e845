import { spawn } from "node:child_process";
import { constants } from "node:os";
import { buildRouteMap } from "@stricli/core";
import { EXIT, QuaysideError } from "../../report/index.ts";
import { signInAz } from "../az-sign-in.ts";
import { BRIEFS } from "../briefs.ts";
import { clientEnvironment, shellExports } from "../client-environment.ts";
import { command } from "../command.ts";
import type { Workbench } from "../context.ts";
import { findRunning, openRehearsal, requireRehearsal, resetRehearsal, stopRehearsal } from "../rehearsal.ts";
import { readRunning } from "../running.ts";
import { stateFolder } from "../state.ts";
import { quota } from "./cloud-quota.ts";

interface CloudFlags extends Readonly<Record<string, unknown>> {
  readonly state?: string;
}

const STATE = {
  state: { kind: "parsed", parse: String, brief: "Folder for the rehearsal's state (.quayside)", optional: true },
} as const;

const start = command<CloudFlags & { readonly realtime: boolean; readonly port?: number }>({
  brief: "Start the embedded Azure and leave it running",
  flags: {
    ...STATE,
    realtime: { kind: "boolean", brief: "Take as long as Azure does", default: false },
    port: { kind: "parsed", parse: parsePort, brief: "HTTPS port (any free one)", optional: true },
  },
  async run(flags, bench) {
    const rehearsal = await openRehearsal(stateFolder(bench.cwd, flags.state), {
      realtime: flags.realtime,
      signal: bench.signal,
      ...(flags.port === undefined ? {} : { port: flags.port }),
    });
    rehearsal.keep();
    const { cloud } = rehearsal;
    bench.renderer.result(
      [
        `${rehearsal.attached ? "The embedded Azure was running" : "The embedded Azure runs"}: process ${cloud.pid}`,
        `Azure Resource Manager  ${cloud.arm}`,
        `CONNECT proxy           ${cloud.proxy}`,
        `Certificate authority   ${cloud.caFile}`,
        `Subscription            ${cloud.subscriptionId}`,
        "Next: quayside cloud exec -- az group list",
      ].join("\n"),
      { ...cloud, attached: rehearsal.attached },
    );
  },
});

const stop = command<CloudFlags>({
  brief: "Stop the embedded Azure; its state stays",
  flags: STATE,
  async run(flags, bench) {
    const running = readRunning(stateFolder(bench.cwd, flags.state));
    if (running !== undefined) await stopRehearsal(running);
    bench.renderer.result(running === undefined ? "no embedded Azure was running" : "stopped", {
      stopped: running !== undefined,
    });
  },
});

const reset = command<CloudFlags>({
  brief: "Forget the embedded Azure's state: resources, models, keys",
  flags: STATE,
  async run(flags, bench) {
    resetRehearsal(stateFolder(bench.cwd, flags.state));
    bench.renderer.result("the state is empty", { reset: true });
  },
});

const status = command<CloudFlags>({
  brief: "Tell whether an embedded Azure runs, and where",
  flags: STATE,
  async run(flags, bench) {
    const running = await findRunning(stateFolder(bench.cwd, flags.state));
    bench.renderer.result(running === undefined ? "not running" : `running: process ${running.pid}, ${running.arm}`, {
      running: running !== undefined,
      ...running,
    });
    return running === undefined ? EXIT.failed : EXIT.done;
  },
});

const env = command<CloudFlags>({
  brief: "Print shell exports that point az, Terraform, the Azure SDKs and MLflow at the embedded Azure",
  fullDescription:
    'Use as: eval "$(quayside cloud env)". The exports hold the rehearsal\'s own client secret, which opens nothing but this machine. az is signed in, if it is there.',
  flags: STATE,
  async run(flags, bench) {
    const variables = await pointed(flags, bench);
    bench.renderer.result(shellExports(variables), variables);
  },
});

const exec = command<CloudFlags, string[]>({
  brief: "Run a command pointed at the embedded Azure: quayside cloud exec -- az group list",
  flags: STATE,
  positional: { kind: "array", parameter: { brief: "command and arguments", parse: String, placeholder: "command" }, minimum: 1 },
  async run(flags, bench, program, ...args) {
    const environment = { ...bench.env, ...(await pointed(flags, bench)) };
    return new Promise<number>((resolve, reject) => {
      const child = spawn(program ?? "", args, { stdio: "inherit", cwd: bench.cwd, env: environment });
      child.once("error", (cause) =>
        reject(new QuaysideError(`${program} cannot be run: ${cause.message}`, { code: "cli.cannot-run", fault: "user", cause })),
      );
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  },
});

/** What clients read. az is signed in besides, where it is there. */
async function pointed(flags: CloudFlags, bench: Workbench): Promise<Record<string, string>> {
  const variables = clientEnvironment(await requireRehearsal(stateFolder(bench.cwd, flags.state)));
  await signInAz({ ...bench.env, ...variables }, bench.signal);
  return variables;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${text} is not a port (0 to 65535)`);
  return port;
}

export const cloud = buildRouteMap({
  routes: { start, stop, reset, status, env, exec, quota },
  docs: { brief: BRIEFS.cloud },
});
