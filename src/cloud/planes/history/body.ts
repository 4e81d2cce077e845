import type { IncomingMessage } from "node:http";
import { isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import { ArmFault } from "../../contract.ts";

const MOST_BYTES = 1024 * 1024;

/** A JSON object from a request; 413 beyond a mebibyte, 400 for anything else. */
export async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw new ArmFault(413, "RequestEntityTooLarge", `the body is larger than ${MOST_BYTES} bytes`, {
        headers: { connection: "close" },
      });
    chunks.push(chunk);
  }
  let value: JsonValue;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString("utf8")) as JsonValue;
  } catch {
    throw new ArmFault(400, "InvalidRequestContent", "the body is not JSON");
  }
  if (!isObject(value)) throw new ArmFault(400, "InvalidRequestContent", "the body is not a JSON object");
  return value;
}
