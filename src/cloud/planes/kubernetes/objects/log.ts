import type { JsonObject } from "../../../../base/index.ts";
import { processOf } from "../controllers/processes.ts";
import { textAt } from "../kinds/columns.ts";
import { badRequest, unsupported } from "../wire/refusal.ts";
import { type Call, existing } from "./call.ts";

/** Lines that `kubectl logs` gets when it names no number. */
const MOST_LINES = 10_000;
const REFUSED = ["follow", "previous", "sinceTime", "sinceSeconds", "limitBytes", "timestamps"];

/** What the process behind a pod has written. */
export function readLog(call: Call, containers: readonly JsonObject[]): string {
  const { host, cluster, name, request } = call;
  for (const option of REFUSED) {
    const value = request.query.get(option);
    if (value !== null && value !== "false") throw unsupported(`${option} of logs`);
  }
  const names = containers.map((container) => textAt(container, "name"));
  const container = request.query.get("container") ?? names[0] ?? "";
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);
  const shown = processOf(host, cluster, existing(call));
  if (shown === undefined)
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: no container runs in the embedded AKS`);
  const asked = request.query.get("tailLines");
  const lines = asked === null ? MOST_LINES : Number(asked);
  if (!Number.isSafeInteger(lines) || lines < 0) throw badRequest(`tailLines: Invalid value: ${JSON.stringify(asked)}`);
  const text = lines === 0 ? [] : shown.workload.logs(shown.process.id, Math.min(lines, MOST_LINES));
  return text.map((line) => `${line}\n`).join("");
}
