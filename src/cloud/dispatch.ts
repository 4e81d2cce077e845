import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../base/index.ts";
import { ArmFault, type Plane } from "./contract.ts";
import { type Faults, faultOfRule } from "./control/faults.ts";
import type { Journal } from "./control/journal.ts";
import { CONTROL_PATH } from "./control/path.ts";
import { toFault } from "./envelope/operations.ts";
import { isLoopbackName } from "./suffixes.ts";
import {
  type Address,
  type Call,
  commonHeaders,
  faultReply,
  type Reply,
  readAddress,
  readCall,
  sendReply,
} from "./wire/exchange.ts";

export type Route = (call: Call) => Promise<Reply | undefined>;

export interface DispatchOptions {
  readonly planes: readonly Plane[];
  /** In this order; the last one must answer or throw. */
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly journal: Journal;
  /** True when a poll's answer is to be lost. */
  readonly losesPoll: (path: string) => boolean;
  readonly log: (event: string, fields?: JsonObject) => void;
}

/** Takes every request of the listeners: data planes first, each by its host or path, then what the platform itself serves. */
export function createDispatch(options: DispatchOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const started = performance.now();
    let address: Address;
    try {
      address = readAddress(request);
    } catch (error) {
      return sendReply(response, faultReply(toFault(error, options.log)));
    }
    const method = request.method ?? "GET";
    if (!address.path.startsWith(CONTROL_PATH)) {
      response.on("close", () => record(options.journal, method, address, response, performance.now() - started));
      if (injected(options, request, response, address)) return;
    }
    const plane = options.planes.find((candidate) => candidate.matches(address.host, address.path));
    if (plane === undefined) return void answer(options, request, response, address);
    if (ORIGIN_FORM.test(request.url ?? "")) return plane.handle(request, response);
    request.resume();
    sendReply(response, faultReply(new ArmFault(400, "InvalidRequestUri", "the request's target is not a path")));
  };
}

/** What all that read a target by themselves take for the same path. Resource Manager, unlike the planes, takes two slashes for one. */
const ORIGIN_FORM = /^\/(?!\/)/;

async function answer(
  options: DispatchOptions,
  request: IncomingMessage,
  response: ServerResponse,
  address: Address,
): Promise<void> {
  const { log, routes } = options;
  let common: Record<string, string> = {};
  let reply: Reply | undefined;
  try {
    const call = await readCall(request, address);
    common = commonHeaders(call, Date.now());
    if (address.host !== "" && !isLoopbackName(address.host)) {
      throw new ArmFault(404, "HostNotFound", `nothing in the embedded Azure has the host name '${address.host}'`);
    }
    for (const route of routes) {
      reply = await route(call);
      if (reply !== undefined) break;
    }
  } catch (error) {
    // The client went away in the middle of its body: there is nobody to answer.
    if (!(error instanceof ArmFault) && !request.complete && request.destroyed) return;
    reply = faultReply(toFault(error, log));
    // What is left of a body that was too large is not worth reading.
    if (reply.status === 413) common.connection = "close";
  }
  if (reply === undefined) return void response.destroy();
  if (options.faults.take(["cut-after"], request.method ?? "GET", address.path) !== undefined) return void response.destroy();
  sendReply(response, reply, common);
}

/** Carries out an injected fault; true when the request has been dealt with. */
function injected(
  { faults, losesPoll }: DispatchOptions,
  request: IncomingMessage,
  response: ServerResponse,
  address: Address,
): boolean {
  const method = request.method ?? "GET";
  const rule = faults.take(["throttle", "error", "cut"], method, address.path);
  if (rule?.kind === "cut" || losesPoll(address.path)) {
    request.socket.destroy();
    return true;
  }
  if (rule === undefined) return false;
  request.resume();
  sendReply(response, faultReply(faultOfRule(rule)));
  return true;
}

function record(
  journal: Journal,
  method: string,
  { host, path, query }: Address,
  response: ServerResponse,
  durationMs: number,
): void {
  const apiVersion = query.get("api-version");
  journal.add({
    at: new Date().toISOString(),
    method,
    host,
    path,
    ...(apiVersion === null ? {} : { apiVersion }),
    status: response.writableFinished ? response.statusCode : 0,
    durationMs: Math.round(durationMs * 10) / 10,
  });
}
