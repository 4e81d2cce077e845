import type { JsonObject } from "../../../../base/index.ts";
import type { Keeper } from "./keeper.ts";
import { exceededLimit } from "./limits.ts";
import { exceededQuota } from "./quotas.ts";

/** Why its namespace takes no such pod, or not so many: its limit ranges, then its quotas. */
export function missingRoom(keeper: Keeper, pod: JsonObject, count = 1): string | undefined {
  return exceededLimit(keeper, pod) ?? exceededQuota(keeper, pod, count);
}
