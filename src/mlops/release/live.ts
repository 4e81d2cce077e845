import { z } from "zod";
import type { Documents } from "../../arm/index.ts";
import type { Events } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { folderOf, type Journal, lastEvidence, verdictState } from "./history.ts";
import type { VerdictState } from "./verdict.ts";

/** The page of a release that runs, for those who watch it and for whoever goes on after a crash. */
export interface LivePage {
  /** Waits for nothing; of several that wait for a slow store the last one is written. With the state to go on from. */
  show(evidence: Events["release.evidence"], state: VerdictState): void;
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
    show: (evidence, state) =>
      put(JSON.stringify({ at: new Date(clock.now()).toISOString(), release: journal.release, ...evidence, state })),
    async clear() {
      put("{}");
      await writing;
    },
  };
}

const left = z.object({ release: z.string(), state: verdictState });

/** The state of a release's evidence at its last look, or at its last share where the page is gone. */
export async function lastState(
  documents: Documents,
  endpoint: string,
  release: string,
  signal: AbortSignal,
): Promise<VerdictState | undefined> {
  const page = left.safeParse(JSON.parse((await documents.read(livePath(endpoint), signal)) ?? "{}"));
  if (page.success && page.data.release === release) return page.data.state;
  return (await lastEvidence(documents, endpoint, release, signal))?.state;
}
