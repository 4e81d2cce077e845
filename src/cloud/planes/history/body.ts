import type { IncomingMessage } from "node:http";
import { isObject, type JsonObject, parseJson } from "../../../base/index.ts";
import { ArmFault } from "../../contract.ts";
import { readBody } from "../../wire/body.ts";

const MOST_BYTES = 1024 * 1024;

/** A JSON object from a request; 413 beyond a mebibyte, 400 for anything else. */
export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBody(request, MOST_BYTES);
  if (bytes === undefined)
    throw new ArmFault(413, "RequestEntityTooLarge", `the body is larger than ${MOST_BYTES} bytes`, {
      headers: { connection: "close" },
    });
  const value = parseJson(bytes.toString("utf8"));
  if (!isObject(value)) throw new ArmFault(400, "InvalidRequestContent", "the body is not a JSON object");
  return value;
}
