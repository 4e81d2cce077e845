import type { JsonObject } from "../base/index.ts";

/** One JSON line on standard output: what the serving processes say to whoever collects logs. */
export type Log = (level: "info" | "warn" | "error", event: string, fields?: JsonObject) => void;

export const jsonLog: Log = (level, event, fields) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
};

export const silentLog: Log = () => {};
