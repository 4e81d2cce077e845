import type { JsonObject } from "../../base/index.ts";

/** A resource with its evaluated body, as rules about bodies see it. */
export interface Declared {
  readonly symbol: string;
  readonly type: string;
  readonly body: JsonObject;
}
