import type { EventName, Events, Progress, RecordedEvent } from "../../report/index.ts";

/** A change as one line of text; `undefined` for what is only worth showing live. */
type Lines = { readonly [Name in EventName]: (payload: Events[Name]) => string | undefined };

const MARK: Record<Progress, string> = { waiting: "…", running: "•", succeeded: "✓", failed: "✗" };

export const LINES: Lines = {
  "step.started": ({ title }) => `• ${title}`,
  "step.done": ({ title, ms, summary }) => `✓ ${title}${summary === undefined ? "" : `: ${summary}`} (${seconds(ms)})`,
  "step.failed": ({ title, code }) => `✗ ${title} (${code})`,
  "resource.changed": ({ state, type, name }) =>
    `  ${MARK[state]} ${name} ${shortType(type)}${state === "running" ? "" : ` ${state}`}`,
  "object.applied": ({ kind, namespace, name, change }) =>
    `  ${MARK.succeeded} ${namespace === undefined ? "" : `${namespace}/`}${name} ${kind} ${change}`,
  "job.status": ({ job, status }) => `  job ${job}: ${status}`,
  "job.log": ({ line }) => `  | ${line}`,
  "model.registered": ({ name, version, metrics }) =>
    `  model ${name}:${version} registered (${Object.entries(metrics)
      .map(([metric, value]) => `${metric} ${Number(value.toFixed(4))}`)
      .join(", ")})`,
  "gate.decided": ({ model, version, accepted, reasons }) =>
    [
      `  gate ${accepted ? "accepts" : "refuses"} ${model}${version === "" ? "" : `:${version}`}`,
      ...reasons.map((reason) => `    ${reason}`),
    ].join("\n"),
  "endpoint.traffic": ({ endpoint, traffic }) =>
    `  ${endpoint}: ${Object.entries(traffic)
      .map(([name, percent]) => `${name} ${percent} %`)
      .join(", ")}`,
  "load.progress": () => undefined,
  "release.evidence": () => undefined,
  "release.rolled-back": ({ endpoint, reason }) => `  ${endpoint} went back to its stable version: ${reason}`,
  note: ({ message }) => `  ${message}`,
  warning: ({ code, message }) => `  warning ${code}: ${message}`,
};

export function lineOf({ name, payload }: RecordedEvent): string | undefined {
  // The table's keys and the event's payload belong together by construction, which a lookup by a union key cannot show.
  return (LINES[name] as (payload: Events[EventName]) => string | undefined)(payload);
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `Microsoft.ContainerService/managedClusters/agentPools` -> `managedClusters/agentPools` */
function shortType(type: string): string {
  return type.split("/").slice(1).join("/");
}
