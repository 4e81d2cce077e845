/** The load generator as a process of its own, so that it can be pinned to a core: one job as JSON in argv, its result as JSON on stdout. */

import { closedLoop } from "./closed-loop.ts";
import { type RequestShape, requestBytes } from "./connection.ts";
import { openLoop } from "./open-loop.ts";

export type Job = { readonly port: number; readonly request: RequestShape; readonly seconds: number } & (
  | { readonly kind: "open"; readonly rate: number }
  | { readonly kind: "closed"; readonly connections: number; readonly requests?: number }
);

const job = JSON.parse(process.argv[2] ?? "null") as Job;
const request = requestBytes(job.request);
const result = await (job.kind === "open" ? openLoop({ ...job, request }) : closedLoop({ ...job, request }));
console.log(JSON.stringify(result));
