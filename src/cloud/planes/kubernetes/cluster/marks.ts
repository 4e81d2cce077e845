import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";

export const MARKS = "kubernetes-derived";

/** What is remembered of an object that something in Azure brought about. */
export interface Mark {
  readonly plural: string;
  readonly group: string;
  readonly name: string;
  readonly afterwards: "delete" | "keep";
  readonly object?: JsonObject;
}

export function forgetDerived({ store }: CloudHost, uid: string): void {
  for (const { key } of store.list(MARKS, `${uid}/`)) store.delete(MARKS, key);
}
