import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../../base/index.ts";

/** A number from the template's content, in decimal as ARM prints it (not the same number as Azure's). */
export function templateHash(template: JsonValue): string {
  return createHash("sha256").update(canonicalJson(template)).digest().readBigUInt64BE().toString();
}
