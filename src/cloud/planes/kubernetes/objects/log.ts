import type { ServerResponse } from "node:http";
import { processOf } from "../controllers/processes.ts";
import { textAt } from "../kinds/columns.ts";
import { containers } from "../kinds/pod.ts";
import { badRequest, unsupported } from "../wire/refusal.ts";
import { type Call, existing } from "./call.ts";

/** Lines that `kubectl logs` gets when it names no number. */
const MOST_LINES = 10_000;
const REFUSED = ["previous", "sinceTime", "sinceSeconds", "limitBytes", "timestamps"];
const LOOK_EVERY_MS = 500;
const LONGEST_MS = 3_600_000;

/** Sends what the process behind a pod has written; with `follow` also what it goes on to write, until it is gone. */
export function sendLog(call: Call, response: ServerResponse): void {
  const { request } = call;
  const lines = linesOf(call);
  let seen = read(call, MOST_LINES);
  const first = lines === undefined ? seen : seen.slice(Math.max(0, seen.length - lines));
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache, private" });
  response.flushHeaders();
  response.write(textOf(first));
  if (request.query.get("follow") !== "true") return void response.end();
  const deadline = performance.now() + LONGEST_MS;
  const timer = setInterval(() => {
    // Whoever does not read gets no more until then.
    if (response.writableNeedDrain) return;
    try {
      const now = read(call, MOST_LINES);
      response.write(textOf(now.slice(overlap(seen, now))));
      seen = now;
      if (performance.now() > deadline) response.end();
    } catch {
      // The pod or its process is gone.
      response.end();
    }
  }, LOOK_EVERY_MS).unref();
  response.on("close", () => clearInterval(timer));
}

function linesOf({ request }: Call): number | undefined {
  for (const option of REFUSED) {
    const value = request.query.get(option);
    if (value !== null && value !== "false") throw unsupported(`${option} of logs`);
  }
  const asked = request.query.get("tailLines");
  if (asked === null) return undefined;
  const lines = Number(asked);
  if (!Number.isSafeInteger(lines) || lines < 0) throw badRequest(`tailLines: Invalid value: ${JSON.stringify(asked)}`);
  return lines;
}

/** How many lines of `now` were seen: the log is a window that moves on, so its first lines go as new ones come. 0: it was begun anew. */
export function overlap(seen: readonly string[], now: readonly string[]): number {
  for (let gone = Math.max(0, seen.length - now.length); gone < seen.length; gone++) {
    if (seen.slice(gone).every((line, at) => line === now[at])) return seen.length - gone;
  }
  return 0;
}

function read(call: Call, lines: number): readonly string[] {
  const { host, cluster, name, request } = call;
  const pod = existing(call);
  const names = containers(pod).map((container) => textAt(container, "name"));
  const container = request.query.get("container") ?? names[0] ?? "";
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);
  const shown = processOf(host, cluster, pod);
  if (shown === undefined)
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: no container runs in the embedded AKS`);
  return shown.workload.logs(shown.process.id, lines);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
