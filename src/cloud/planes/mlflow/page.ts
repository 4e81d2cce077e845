import { invalid } from "./fault.ts";
import type { Searchable } from "./filter.ts";

const ORDER = /^\s*(.+?)(?:\s+(ASC|DESC))?\s*$/i;

/** Sorts by MLflow's `order_by` terms (`metrics.accuracy DESC`); what has no value comes last. Equal things keep the order given. */
export function ordered<T>(subjects: readonly T[], terms: readonly string[], searchable: Searchable<T>): T[] {
  const keys = terms.map((term) => {
    const [, path = "", direction = "ASC"] = ORDER.exec(term) ?? [];
    const dot = path.indexOf(".");
    const prefix = dot < 0 ? undefined : searchable.entities[path.slice(0, dot).toLowerCase()];
    if (dot >= 0 && prefix === undefined && !path.startsWith("`")) throw invalid(`invalid order_by ${JSON.stringify(term)}`);
    const key = (prefix === undefined ? path : path.slice(dot + 1)).replace(/^[`"](.*)[`"]$/, "$1");
    return { entity: prefix ?? searchable.defaultEntity, key, sign: direction.toUpperCase() === "DESC" ? -1 : 1 };
  });
  return [...subjects].sort((a, b) => {
    for (const { entity, key, sign } of keys) {
      const [left, right] = [searchable.lookup(a, entity, key), searchable.lookup(b, entity, key)];
      if (left === right) continue;
      if (left === undefined) return 1;
      if (right === undefined) return -1;
      return (left < right ? -1 : 1) * sign;
    }
    return 0;
  });
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

/** A page is an offset into the ordered result; the token is opaque to clients. */
export function page<T>(subjects: readonly T[], maxResults: number, token: string | undefined): Page<T> {
  const from = token === undefined || token === "" ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(from) || from < 0) throw invalid("page_token was not given by this server");
  const items = subjects.slice(from, from + maxResults);
  const end = from + items.length;
  return end < subjects.length ? { items, nextPageToken: Buffer.from(String(end)).toString("base64url") } : { items };
}
