import type { IncomingHttpHeaders } from "node:http";

export interface BodyLimits {
  /** Bytes of any body. */
  readonly maxBodyBytes: number;
  /** Bytes of JSON or CSV, which are parsed in one go: a MiB of JSON takes about 5 ms. */
  readonly maxTextBytes: number;
}

/** Says how much of the body is JSON; binary tensors follow it (Open Inference Protocol, binary tensor extension). */
export const JSON_LENGTH_HEADER = "inference-header-content-length";

/** The most bytes that a request with these headers may send. */
export function bodyLimit(headers: IncomingHttpHeaders, { maxBodyBytes, maxTextBytes }: BodyLimits): number {
  const jsonBytes = headers[JSON_LENGTH_HEADER];
  const isBinary = typeof jsonBytes === "string" && Number(jsonBytes) <= maxTextBytes;
  return isBinary ? maxBodyBytes : Math.min(maxBodyBytes, maxTextBytes);
}
