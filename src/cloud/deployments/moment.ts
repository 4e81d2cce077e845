import { guid } from "../../base/names/index.ts";
import type { Moment } from "../template/index.ts";

/** `utcNow` and `newGuid` of one run: the same again when the run is taken up after a restart. */
export function momentOf(runId: string, now: number): Moment {
  let count = 0;
  return { now, newGuid: () => guid(runId, String(count++)) };
}
