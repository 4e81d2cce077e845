import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { readBody } from "../../../wire/body.ts";
import type { Scope } from "../access/scopes.ts";
import type { Content } from "../content/content.ts";
import type { Uploads } from "../content/uploads.ts";
import { RegistryRefusal } from "../refusal.ts";

/** One request to a registry. */
export interface Call {
  readonly host: CloudHost;
  readonly registry: Resource;
  readonly content: Content;
  readonly uploads: Uploads;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly query: URLSearchParams;
  /** Asks for a token that opens this. */
  requireScope(scope: Scope): void;
  /** What the token of the request opens. */
  readonly granted: readonly Scope[];
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject | Buffer;
}

/** A method and a path; what the path's groups hold. */
export interface Route {
  readonly method: readonly string[];
  readonly path: RegExp;
  /** Gives nothing when it has answered by itself. */
  run(call: Call, parts: readonly string[]): Promise<Reply | undefined> | Reply | undefined;
}

export function onRepository(name: string, ...actions: string[]): Scope {
  return { type: "repository", name, actions };
}

export async function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  const bytes = await readBody(request, most);
  if (bytes === undefined)
    throw new RegistryRefusal(413, "SIZE_INVALID", `the body has more than ${most} bytes`, { headers: { connection: "close" } });
  return bytes;
}

/** Whatever named the last page may be gone by now; where names are in order the rest is still known. */
function behind<T>(items: readonly T[], nameOf: (item: T) => string, last: string): readonly T[] {
  const at = items.findIndex((item) => nameOf(item) === last);
  return at < 0 ? items.filter((item) => nameOf(item) > last) : items.slice(at + 1);
}

const PAGE = 100;
const MOST_PAGE = 1000;

/** A page of names behind `last`, and where the next one is. */
export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { query, request }: Pick<Call, "query" | "request">,
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const asked = query.get("n");
  const size = asked === null ? PAGE : Number(asked);
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RegistryRefusal(400, "PAGINATION_NUMBER_INVALID", `n is ${JSON.stringify(asked)}; it must be a number from 0`);
  const last = query.get("last") ?? "";
  const rest = last === "" ? items : behind(items, nameOf, last);
  const shown = rest.slice(0, Math.min(size, MOST_PAGE));
  const end = shown.at(-1);
  if (end === undefined || shown.length === rest.length) return { items: shown, headers: {} };
  const next = new URLSearchParams(query);
  next.set("last", nameOf(end));
  next.set("n", String(shown.length));
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  return { items: shown, headers: { link: `<${path}?${next.toString()}>; rel="next"` } };
}
