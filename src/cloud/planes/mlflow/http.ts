import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type JsonObject, parseJson } from "../../../base/index.ts";
import { ArmFault } from "../../contract.ts";
import { readBody } from "../../wire/body.ts";
import { invalid, MlflowFault } from "./fault.ts";

/** MLflow's own server takes no batch above 1 MB; other calls are far smaller. */
const MOST_BYTES = 1024 * 1024;

/** The fields of the query and of a JSON body together; a name that comes twice in the query is a list. */
export async function readFields(request: IncomingMessage, query: URLSearchParams): Promise<JsonObject> {
  const fields: JsonObject = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  const bytes = await readBody(request, MOST_BYTES);
  if (bytes === undefined) throw new MlflowFault("REQUEST_LIMIT_EXCEEDED", `the request body is larger than ${MOST_BYTES} bytes`);
  const text = bytes.toString("utf8");
  if (text.trim() === "") return fields;
  const body = parseJson(text);
  if (!isObject(body)) throw invalid("the request body is not a JSON object");
  return { ...fields, ...body };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

/** What went wrong, as MLflow's clients read it. `undefined` for a fault that nobody expected. */
export function toMlflowFault(
  cause: unknown,
): { status: number; body: JsonObject; headers: Readonly<Record<string, string>> } | undefined {
  if (cause instanceof MlflowFault) return { status: cause.status, body: cause.toBody(), headers: {} };
  if (!(cause instanceof ArmFault)) return undefined;
  return {
    status: cause.status,
    body: { error_code: codeOf(cause.status), message: `${cause.code}: ${cause.message}` },
    headers: cause.headers,
  };
}

function codeOf(status: number): string {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "PERMISSION_DENIED";
  if (status === 404) return "RESOURCE_DOES_NOT_EXIST";
  if (status === 409) return "RESOURCE_ALREADY_EXISTS";
  return status < 500 ? "INVALID_PARAMETER_VALUE" : "INTERNAL_ERROR";
}
