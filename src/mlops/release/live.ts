import type { Documents } from "../../arm/index.ts";
import type { Events } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { folderOf, type Journal } from "./history.ts";

/** The page that `watch` reads: the evidence of the release that runs, and nothing when none does. */
export interface LivePage {
  /** Waits for nothing; of several that wait for a slow store the last one is written. */
  show(evidence: Events["release.evidence"]): void;
  clear(): Promise<void>;
}

export const livePath = (endpoint: string): string => `${folderOf(endpoint)}/live.json`;

export function livePage(documents: Documents, endpoint: string, journal: Journal, { clock }: PipelineContext): LivePage {
  let next: string | undefined;
  let writing = Promise.resolve();
  const put = (text: string) => {
    const idle = next === undefined;
    next = text;
    if (!idle) return;
    writing = writing.then(async () => {
      const latest = next ?? "{}";
      next = undefined;
      // Nobody but a watcher misses it.
      await documents.write(livePath(endpoint), latest, { replace: true }).catch(() => undefined);
    });
  };
  return {
    show: (evidence) => put(JSON.stringify({ at: new Date(clock.now()).toISOString(), release: journal.release, ...evidence })),
    async clear() {
      put("{}");
      await writing;
    },
  };
}
