import type { JsonObject } from "../../base/index.ts";
import type { Store } from "../contract.ts";

/** What a `Location` of a what-if or a deletion answers in the end. */
export interface StoredResult {
  readonly deploymentId: string;
  readonly status: 200 | 204;
  readonly body?: JsonObject;
  readonly at: number;
}

const COLLECTION = "deployment-results";
/** Results older than this (virtual) are forgotten when another is kept. */
const KEEP_MS = 3_600_000;

export function keepResult(store: Store, token: string, result: StoredResult): void {
  for (const { key, value } of store.list<StoredResult>(COLLECTION))
    if (value.at < result.at - KEEP_MS) store.delete(COLLECTION, key);
  store.put(COLLECTION, token, result);
}

export const findResult = (store: Store, token: string): StoredResult | undefined => store.get<StoredResult>(COLLECTION, token);
