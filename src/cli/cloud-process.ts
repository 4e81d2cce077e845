/**
 * The embedded Azure as a process of its own: whatever happens to it or to the command that started it, the wire lies
 * between them, as it will with Azure. It ends when its starter's channel closes, unless it was told to stay.
 */

import { parseArgs } from "node:util";
import { startCloud } from "../cloud/index.ts";
import { QuaysideError } from "../report/index.ts";
import { dependencyRoot, executable } from "./package.ts";
import { clearRunning, type RunningCloud, stateFolder, writeRunning } from "./state.ts";

/** To the starter. */
export type CloudMessage =
  | { readonly type: "ready"; readonly cloud: RunningCloud }
  | { readonly type: "failed"; readonly code: string; readonly message: string; readonly hint?: string };

/** From the starter: live on after its channel closes. */
export interface StayMessage {
  readonly type: "stay";
}

const { values } = parseArgs({
  options: {
    state: { type: "string" },
    clock: { type: "string", default: "instant" },
    port: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

const send = (message: CloudMessage) => process.send?.(message);
const state = stateFolder(process.cwd(), values.state);
let stays = false;

try {
  const cloud = await startCloud({
    stateDir: state.cloud,
    clock: values.clock === "realtime" ? "realtime" : "instant",
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    runtime: {
      modelServer: [process.execPath, executable("serve/server-main")],
      router: [process.execPath, executable("serve/router-main")],
      environmentRoot: dependencyRoot(),
    },
    log: (line) => {
      if (values.verbose) console.error(JSON.stringify(line));
    },
  });
  const running: RunningCloud = {
    pid: process.pid,
    arm: cloud.endpoints.arm,
    http: cloud.http,
    proxy: cloud.proxy,
    caFile: cloud.caFile,
    tenantId: cloud.tenantId,
    subscriptionId: cloud.subscriptionId,
    clientId: cloud.credentials.clientId,
  };
  writeRunning(state, running);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      clearRunning(state);
      await cloud.close();
      process.exit(0);
    })();
  };
  process.on("SIGTERM", close);
  process.on("SIGINT", () => undefined); // a Ctrl-C reaches the whole terminal group; the starter decides what it means
  process.on("message", (message: StayMessage) => {
    if (message.type === "stay") stays = true;
  });
  process.on("disconnect", () => {
    if (!stays) close();
  });
  send({ type: "ready", cloud: running });
} catch (error) {
  const known = error instanceof QuaysideError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  send({
    type: "failed",
    code: known?.code ?? "cloud.start-failed",
    message,
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  });
  if (process.send === undefined) console.error(message);
  process.exit(1);
}
