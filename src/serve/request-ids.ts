import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { RequestFault } from "./fault.ts";

const MAX_LENGTH = 100;

/** The ids of a request under the three names that Azure's inference server answers with. */
export interface RequestIds {
  readonly "x-request-id": string;
  readonly "x-ms-request-id": string;
  readonly "x-ms-client-request-id"?: string;
}

const PREFIX = randomUUID().slice(0, 24);
let count = 0;

/** Unique as a UUID is, and shaped like one: the last group counts this process's requests. */
export function newRequestId(): string {
  return PREFIX + (++count).toString(16).padStart(12, "0");
}

/**
 * Azure's echo rules: the request id is made when missing; the deprecated `x-ms-request-id` falls back to the client's id,
 * then to the request's; the client's id falls back to the deprecated one and is left out when there is neither.
 */
export function requestIds(headers: IncomingHttpHeaders): RequestIds {
  const given = single(headers["x-request-id"]);
  const legacy = single(headers["x-ms-request-id"]);
  const client = single(headers["x-ms-client-request-id"]);
  const id = given ?? newRequestId();
  const caller = client ?? legacy;
  return caller === undefined
    ? { "x-request-id": id, "x-ms-request-id": id }
    : { "x-request-id": id, "x-ms-request-id": legacy ?? caller, "x-ms-client-request-id": caller };
}

/** 431 when an id is longer than Azure's server takes. */
export function checkRequestIds(headers: IncomingHttpHeaders): void {
  for (const name of ["x-request-id", "x-ms-request-id", "x-ms-client-request-id"]) {
    const length = single(headers[name])?.length ?? 0;
    if (length > MAX_LENGTH)
      throw new RequestFault(431, "serve.request-id-too-long", `${name} has ${length} characters; at most ${MAX_LENGTH}`);
  }
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
