import { z } from "zod";
import type { Documents } from "../../arm/index.ts";
import { parseJson } from "../../base/index.ts";
import type { Events } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import type { Kept, Left } from "./carry-over.ts";
import { folderOf, type Journal, kept, lastEvidence } from "./history.ts";

/** The page of a release that runs, for those who watch it and for whoever goes on after a crash. */
export interface LivePage {
  /** Waits for nothing; of several that wait for a slow store the last one is written. With what to go on from. */
  show(evidence: Events["release.evidence"], kept: Kept): void;
  clear(): Promise<void>;
}

export const livePath = (endpoint: string): string => `${folderOf(endpoint)}/live.json`;

/** `checkSeconds`: how often the release looks, by which watchers tell a page of the present from one that was left behind. */
export function livePage(
  documents: Documents,
  endpoint: string,
  journal: Journal,
  checkSeconds: number,
  { clock }: PipelineContext,
): LivePage {
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
    show: (evidence, kept) =>
      put(
        JSON.stringify({
          at: new Date(clock.now()).toISOString(),
          release: journal.release,
          checkSeconds,
          ...evidence,
          ...kept,
        }),
      ),
    async clear() {
      put("{}");
      await writing;
    },
  };
}

const left = z.object({ release: z.string(), ...kept });

/** What a release knew at its last look, or at its last share where the page is gone or damaged. */
export async function lastKnown(
  documents: Documents,
  endpoint: string,
  release: string,
  signal: AbortSignal,
): Promise<Left | undefined> {
  const page = left.safeParse(parseJson((await documents.read(livePath(endpoint), signal)) ?? ""));
  if (page.success && page.data.release === release) return page.data;
  return lastEvidence(documents, endpoint, release, signal);
}
