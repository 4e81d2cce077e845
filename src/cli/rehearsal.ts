import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { asString, isObject, type JsonObject } from "../base/index.ts";
import { EXIT, QuaysideError, Secret } from "../report/index.ts";
import type { CloudMessage } from "./cloud-process.ts";
import { executable } from "./package.ts";
import { readRunning } from "./running.ts";
import { makeFolder, type RunningCloud, type StateFolder } from "./state.ts";

/** An embedded Azure that this command can talk to. */
export interface Rehearsal {
  readonly cloud: RunningCloud;
  readonly clientSecret: Secret;
  /** True when it was running before. */
  readonly attached: boolean;
  /** It lives on after this command. */
  keep(): void;
  close(): Promise<void>;
}

export interface RehearsalOptions {
  readonly realtime?: boolean;
  readonly port?: number;
  readonly signal?: AbortSignal;
}

const START_TIMEOUT_MS = 20_000;

/** The embedded Azure that runs on this state folder and says so itself: a killed one may have left its note, and its process id. */
export async function findRunning(state: StateFolder): Promise<RunningCloud | undefined> {
  const noted = readRunning(state);
  return noted !== undefined && (await answers(noted)) ? noted : undefined;
}

/** Uses the embedded Azure that runs on this state folder, or starts one. */
export async function openRehearsal(state: StateFolder, options: RehearsalOptions = {}): Promise<Rehearsal> {
  const running = await findRunning(state);
  return running === undefined ? startRehearsal(state, options) : attachRehearsal(state, running);
}

/** The one that runs on this state folder. */
export async function requireRehearsal(state: StateFolder): Promise<Rehearsal> {
  const running = await findRunning(state);
  if (running === undefined) {
    throw new QuaysideError(`no embedded Azure runs on ${state.path}`, {
      code: "cli.no-cloud",
      fault: "user",
      hint: "start one: quayside cloud start, or quayside up --keep",
    });
  }
  return attachRehearsal(state, running);
}

function attachRehearsal(state: StateFolder, cloud: RunningCloud): Rehearsal {
  trust(cloud.caFile);
  return {
    cloud,
    clientSecret: readSecret(state, "clientSecret"),
    attached: true,
    keep: () => undefined,
    close: async () => undefined,
  };
}

async function startRehearsal(state: StateFolder, options: RehearsalOptions): Promise<Rehearsal> {
  makeFolder(state.cloud);
  const log = openSync(join(state.path, "cloud.log"), "w");
  const child = spawn(
    process.execPath,
    [
      executable("cli/cloud-process"),
      "--state",
      state.path,
      "--clock",
      options.realtime === true ? "realtime" : "instant",
      "--verbose",
      ...(options.port === undefined ? [] : ["--port", String(options.port)]),
    ],
    // A group of its own: a Ctrl-C in the terminal is this command's to answer.
    { stdio: ["ignore", log, log, "ipc"], detached: true },
  );
  closeSync(log);
  const cloud = await ready(child, state, options.signal);
  trust(cloud.caFile);
  return {
    cloud,
    clientSecret: readSecret(state, "clientSecret"),
    attached: false,
    keep: () => {
      child.send({ type: "stay" });
      child.disconnect();
      child.unref();
    },
    close: () => ended(child),
  };
}

/** Asks the embedded Azure about itself, or changes it: what no API of Azure does. */
export async function controlRehearsal(
  state: StateFolder,
  method: "GET" | "PUT",
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const { cloud } = await requireRehearsal(state);
  const answer = await fetch(`${cloud.http}${CONTROL_PATH}${path}`, {
    method,
    headers: { authorization: `Bearer ${readSecret(state, "controlToken").reveal()}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
  });
  const told = (await answer.json()) as JsonObject;
  if (answer.ok) return told;
  const message = isObject(told.error) ? asString(told.error.message) : `it answered ${answer.status}`;
  throw new QuaysideError(message, {
    code: "cli.rehearsal-refused",
    fault: "user",
    hint: "quayside cloud quota list shows what there is",
    exitCode: EXIT.usage,
  });
}

/** Stops an embedded Azure, whoever started it. */
export async function stopRehearsal(cloud: RunningCloud): Promise<void> {
  if (!(await answers(cloud))) {
    throw new QuaysideError(`process ${cloud.pid} does not answer as the embedded Azure at ${cloud.http}`, {
      code: "cli.cloud-does-not-answer",
      fault: "azure",
      hint: `if it is one, kill ${cloud.pid}`,
    });
  }
  process.kill(cloud.pid, "SIGTERM");
  for (let waited = 0; waited < STOP_TIMEOUT_MS; waited += 50) {
    try {
      process.kill(cloud.pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new QuaysideError(`the embedded Azure (process ${cloud.pid}) does not stop`, {
    code: "cli.cloud-does-not-stop",
    fault: "azure",
    hint: `kill ${cloud.pid}`,
  });
}

/** A process id is a number that the system uses again: what a killed cloud left behind may name anybody. */
async function answers(cloud: RunningCloud): Promise<boolean> {
  try {
    const answer = await fetch(`${cloud.http}${HEALTH_PATH}`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const { pid } = (await answer.json()) as { pid?: unknown };
    return pid === cloud.pid;
  } catch {
    return false;
  }
}

const CONTROL_PATH = "/_rehearsal";
const HEALTH_PATH = `${CONTROL_PATH}/health`;
const CONTROL_TIMEOUT_MS = 30_000;
const HEALTH_TIMEOUT_MS = 5_000;

export function resetRehearsal(state: StateFolder): void {
  const running = readRunning(state);
  if (running !== undefined) {
    throw new QuaysideError(`an embedded Azure (process ${running.pid}) runs on ${state.path}`, {
      code: "cli.cloud-running",
      fault: "user",
      hint: "stop it first: quayside cloud stop",
    });
  }
  rmSync(state.cloud, { recursive: true, force: true });
}

const STOP_TIMEOUT_MS = 15_000;

function ready(child: ChildProcess, state: StateFolder, signal: AbortSignal | undefined): Promise<RunningCloud> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(error);
    };
    const timer = setTimeout(
      () => fail(startError(state, `did not start within ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    signal?.addEventListener("abort", () => fail(signal.reason), { once: true });
    child.once("error", fail);
    child.once("exit", (code) => fail(startError(state, `ended with code ${code}`)));
    child.once("message", (message: CloudMessage) => {
      if (message.type === "failed")
        return fail(
          new QuaysideError(message.message, {
            code: message.code,
            fault: "user",
            ...(message.hint === undefined ? {} : { hint: message.hint }),
          }),
        );
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve(message.cloud);
    });
  });
}

function startError(state: StateFolder, what: string): QuaysideError {
  return new QuaysideError(`the embedded Azure ${what}`, {
    code: "cli.cloud-did-not-start",
    fault: "azure",
    hint: `read ${join(state.path, "cloud.log")}`,
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}

/** Makes this process accept the rehearsal's certificates, beside everybody else's. */
function trust(caFile: string): void {
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(caFile, "utf8")]);
}

function readSecret(state: StateFolder, name: "clientSecret" | "controlToken"): Secret {
  const credentials = JSON.parse(readFileSync(join(state.cloud, "credentials.json"), "utf8")) as Record<typeof name, string>;
  return new Secret(credentials[name]);
}
