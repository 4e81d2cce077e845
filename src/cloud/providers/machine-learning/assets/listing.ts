import { isObject } from "../../../../base/index.ts";
import type { Resource } from "../../../contract.ts";
import { flagAt, objectAt, textAt } from "../../common/body.ts";

/** What a GET of a collection of assets or jobs answers by `listViewType`, `tags`, `properties`, `$orderBy` and `$top`. */
export function listAssets(items: readonly Resource[], query: URLSearchParams): readonly Resource[] {
  const view = (query.get("listViewType") ?? "ActiveOnly").toLowerCase();
  const seen = items.filter((item) => {
    const archived = flagAt(item.properties, "isArchived") === true;
    if (view === "activeonly" && archived) return false;
    if (view === "archivedonly" && !archived) return false;
    return holds(item, "tags", query.get("tags")) && holds(item, "properties", query.get("properties"));
  });
  const ordered = order(seen, query.get("$orderBy") ?? query.get("orderBy"));
  const top = Number(query.get("$top"));
  return query.has("$top") && Number.isInteger(top) && top > 0 ? ordered.slice(0, top) : ordered;
}

/** `name` or `name=value`, several with commas: all must hold. */
function holds(item: Resource, member: string, wanted: string | null): boolean {
  if (wanted === null || wanted === "") return true;
  const have = objectAt(item.properties, member);
  return wanted.split(",").every((part) => {
    const [key = "", value] = part.split("=", 2);
    return have[key] !== undefined && (value === undefined || have[key] === value);
  });
}

function order(items: readonly Resource[], by: string | null): readonly Resource[] {
  if (by === null) return items;
  const [field = "", direction = "asc"] = by.toLowerCase().split(/[\s+]+/);
  const at = field.startsWith("updated") ? "lastModifiedAt" : "createdAt";
  const sign = direction === "desc" ? -1 : 1;
  return [...items].sort((a, b) => sign * compare(timeOf(a, at), timeOf(b, at)) || sign * compareVersions(a.name, b.name));
}

export function compareVersions(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  return Number.isNaN(left) || Number.isNaN(right) ? compare(a, b) : left - right;
}

function timeOf(item: Resource, member: string): string {
  return isObject(item.systemData) ? (textAt(item.systemData, member) ?? "") : "";
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
