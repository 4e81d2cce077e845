import type { IncomingHttpHeaders } from "node:http";

const NOT_PASSED: ReadonlySet<string> = new Set([
  // RFC 9110, section 7.6.1: these speak of one connection.
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // These end at the router: the credential opens the endpoint and is nobody else's business.
  "authorization",
  "host",
  "content-length",
  "expect",
  "azureml-model-deployment",
  // The router says these in its own words.
  "x-request-id",
  "x-quayside-mirror",
]);

/**
 * What the instance gets of the caller's fields (trace context, content type, client request ids) and a request id in any
 * case, each with its line break. Neither names nor values can have one: the parser of `node:http` refuses it.
 */
export function passedFields(headers: IncomingHttpHeaders, requestId: string): string {
  const { connection } = headers;
  const named = connection === undefined || connection === "keep-alive" ? NOTHING : listed(connection);
  let passed = `x-request-id: ${requestId}\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || NOT_PASSED.has(name) || named.includes(name)) continue;
    if (typeof value === "string") passed += `${name}: ${value}\r\n`;
    else for (const one of value) passed += `${name}: ${one}\r\n`;
  }
  return passed;
}

const NOTHING: readonly string[] = [];

/** What `connection` names is for this hop, too. */
function listed(connection: string): string[] {
  return connection.toLowerCase().split(/[\t ]*,[\t ]*/);
}
