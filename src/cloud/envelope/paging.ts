import type { JsonObject, JsonValue } from "../../base/index.ts";
import type { ArmRequest } from "../contract.ts";
import { faults } from "./faults.ts";

/** Resource Manager's own page size. */
const PAGE = 1_000;

/** `{ value, nextLink? }`: no `nextLink` on the last page. The token is the number of items already given. */
export function page(items: readonly JsonValue[], request: Pick<ArmRequest, "path" | "query">, origin: string): JsonObject {
  const size = Math.min(PAGE, readCount(request.query.get("$top"), "$top") ?? PAGE);
  const token = request.query.get("$skiptoken");
  const from = token === null ? 0 : readToken(token);
  const value = items.slice(from, from + size);
  if (from + size >= items.length) return { value };
  const query = new URLSearchParams(request.query);
  query.set("$skiptoken", Buffer.from(String(from + size)).toString("base64url"));
  return { value, nextLink: `${origin}${encodeURI(request.path)}?${query.toString()}` };
}

function readCount(text: string | null, name: string): number | undefined {
  if (text === null) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw faults.invalidContent(`${name} is '${text}'; it must be a whole number above 0`, name);
  return count;
}

function readToken(token: string): number {
  const count = Number(Buffer.from(token, "base64url").toString("utf8"));
  if (!Number.isInteger(count) || count < 0)
    throw faults.invalidContent(`$skiptoken '${token}' is not one that was given out`, "$skiptoken");
  return count;
}
