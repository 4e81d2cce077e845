import type { IncomingHttpHeaders } from "node:http";

/** RFC 9110, section 7.6.1: these speak of one connection and are not passed on. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** These end at the router: the credential opens the endpoint and is nobody else's business. */
const FOR_THE_ROUTER = new Set([
  "authorization",
  "host",
  "content-length",
  "expect",
  "azureml-model-deployment",
  // Only the router says which requests are copies.
  "x-quayside-mirror",
]);

/** What the instance gets: everything of the caller (trace context, client request ids) and a request id in any case. */
export function requestHeaders(headers: IncomingHttpHeaders, requestId: string): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !HOP_BY_HOP.has(name) && !FOR_THE_ROUTER.has(name)) passed[name] = value;
  }
  passed["x-request-id"] = requestId;
  return passed;
}

export function responseHeaders(
  headers: IncomingHttpHeaders,
  own: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !HOP_BY_HOP.has(name)) passed[name] = value;
  }
  return Object.assign(passed, own);
}
