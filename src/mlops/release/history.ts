import { z } from "zod";
import type { Documents } from "../../arm/index.ts";
import { parseJson } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";

const model = z.object({ name: z.string(), version: z.string() });
const traffic = z.record(z.string(), z.number());

const arm = z.object({ requests: z.number(), events: z.number() });
const block = z.object({ candidate: arm, stable: arm });
const state = z.object({
  metrics: z.record(
    z.string(),
    z.object({ seen: block, recent: block, worse: z.array(z.number()), fine: z.array(z.array(z.number())) }),
  ),
  split: z.object({ candidate: z.number(), total: z.number(), share: z.number() }),
});
/** What a release can be taken up from. */
export const kept = { state, claims: z.string().default(""), seconds: z.number().default(0) };
export const metric = z.object({
  name: z.string(),
  candidate: arm,
  stable: arm,
  difference: z.object({ estimate: z.number(), low: z.number(), high: z.number() }),
  toRollBack: z.number(),
  toGoOn: z.number(),
});

const entries = {
  started: z.object({
    model,
    deployment: z.string(),
    replaces: z.string().optional(),
    strategy: z.string(),
    verdict: z.string(),
    resumed: z.boolean(),
  }),
  /** From here on until the next one; `models` names what each deployment holds. */
  traffic: z.object({ traffic, models: z.record(z.string(), model) }),
  evidence: z.object({ percent: z.number(), metrics: z.array(metric), ...kept }),
  /** `abandoned`: somebody else took the endpoint or moved its traffic. */
  ended: z.object({
    outcome: z.enum(["promoted", "rolled-back", "undecided", "abandoned"]),
    reason: z.string(),
    requests: z.number().optional(),
    failed: z.number().optional(),
  }),
} as const;

type Kind = keyof typeof entries;
export type Entry<K extends Kind> = z.output<(typeof entries)[K]> & { readonly at: string; readonly release: string };

/** What is written, before its time and release are added; readers check it. */
interface Written {
  readonly started: DeepReadonly<z.input<(typeof entries)["started"]>>;
  readonly traffic: DeepReadonly<z.input<(typeof entries)["traffic"]>>;
  readonly evidence: DeepReadonly<z.input<(typeof entries)["evidence"]>>;
  readonly ended: DeepReadonly<z.input<(typeof entries)["ended"]>>;
}

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

/** Appends to the history of one release. Documents are never changed; their names sort by time. */
export interface Journal {
  readonly release: string;
  /** A store that does not answer is reported, not thrown: no release or rollback may depend on it. */
  append<K extends Kind>(kind: K, entry: Written[K], signal?: AbortSignal): Promise<void>;
}

export const folderOf = (endpoint: string): string => `quayside/releases/${endpoint}`;

export function newReleaseId(now: number, suffix: string): string {
  return `${stamp(now)}-${suffix}`;
}

/** When a release began, by its id; milliseconds since the epoch. */
export function startOf(release: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(release) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

export function openJournal(documents: Documents, endpoint: string, release: string, context: PipelineContext): Journal {
  const { clock, reporter } = context;
  let count = 0;
  return {
    release,
    async append(kind, entry, signal) {
      const at = clock.now();
      const order = String(count++).padStart(4, "0");
      const path = `${folderOf(endpoint)}/${release}/${stamp(at)}-${order}-${kind}.json`;
      const text = JSON.stringify({ at: new Date(at).toISOString(), release, ...entry });
      try {
        await documents.write(path, text, signal === undefined ? {} : { signal });
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        const message = `the history of ${endpoint} lacks a page: ${error instanceof Error ? error.message : String(error)}`;
        reporter.emit("warning", { code: "mlops.history-not-written", message });
      }
    },
  };
}

/** `2026-11-23T16:12:50.123Z` as `20261123T161250123Z`: sorts by time and is a file name everywhere. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:.]/g, "");
}

interface Page {
  readonly path: string;
  readonly release: string;
  readonly time: string;
  readonly kind: string;
}

async function pages(documents: Documents, endpoint: string, signal: AbortSignal): Promise<Page[]> {
  const found = await documents.list(`${folderOf(endpoint)}/`, signal);
  return found.flatMap((path) => {
    const [, release, time, order, kind] = /\/([^/]+)\/(\w+)-(\d{4})-(\w+)\.json$/.exec(path) ?? [];
    return release === undefined || kind === undefined ? [] : [{ path, release, time: `${time}-${order}`, kind }];
  });
}

async function read<K extends Kind>(documents: Documents, kind: K, page: Page, signal: AbortSignal): Promise<Entry<K>> {
  const entry = await readIfWhole(documents, kind, page, signal);
  if (entry !== undefined) return entry;
  throw new QuaysideError(`${page.path} is not a page of the release history`, { code: "mlops.bad-history", fault: "user" });
}

async function readIfWhole<K extends Kind>(
  documents: Documents,
  kind: K,
  page: Page,
  signal: AbortSignal,
): Promise<Entry<K> | undefined> {
  const text = await documents.read(page.path, signal);
  return z.intersection(entries[kind], z.object({ at: z.string(), release: z.string() })).safeParse(parseJson(text ?? "")).data;
}

export interface PastRelease {
  readonly release: string;
  readonly started?: Entry<"started">;
  /** Absent while it runs, or when its controller crashed. */
  readonly ended?: Entry<"ended">;
  readonly evidence?: Entry<"evidence">;
}

/** The latest releases of an endpoint, newest first. */
export async function listReleases(
  documents: Documents,
  endpoint: string,
  limit: number,
  signal: AbortSignal,
): Promise<PastRelease[]> {
  const byRelease = Map.groupBy(await pages(documents, endpoint, signal), ({ release }) => release);
  const ids = [...byRelease.keys()].sort().reverse().slice(0, limit);
  const past: PastRelease[] = [];
  for (const release of ids) {
    const own = byRelease.get(release) ?? [];
    const last = async <K extends Kind>(kind: K) => {
      const page = own.findLast((one) => one.kind === kind);
      return page === undefined ? {} : { [kind]: await read(documents, kind, page, signal) };
    };
    past.push({ release, ...(await last("started")), ...(await last("ended")), ...(await last("evidence")) });
  }
  return past;
}

export interface Served {
  readonly since: string;
  readonly release: string;
  readonly shares: readonly {
    readonly deployment: string;
    readonly percent: number;
    readonly model: string;
    readonly version: string;
  }[];
}

/** What the endpoint served at a time, by the last change of traffic up to then; `undefined` before the first. */
export async function servedAt(
  documents: Documents,
  endpoint: string,
  time: Date,
  signal: AbortSignal,
): Promise<Served | undefined> {
  const until = stamp(time.getTime());
  const [last] = (await pages(documents, endpoint, signal))
    .filter((page) => page.kind === "traffic" && page.time.slice(0, until.length) <= until)
    .sort((a, b) => (a.time < b.time ? 1 : -1));
  if (last === undefined) return undefined;
  const { at, release, traffic: shares, models } = await read(documents, "traffic", last, signal);
  return {
    since: at,
    release,
    shares: Object.entries(shares)
      .filter(([, percent]) => percent > 0)
      .map(([deployment, percent]) => ({
        deployment,
        percent,
        model: models[deployment]?.name ?? "unknown",
        version: models[deployment]?.version ?? "unknown",
      })),
  };
}

/** A release that started and never ended: it runs, or its controller crashed. One that was held may have started again. */
export async function lacksEnd(documents: Documents, endpoint: string, release: string, signal: AbortSignal): Promise<boolean> {
  const own = (await pages(documents, endpoint, signal)).filter((page) => page.release === release);
  return own.findLast(({ kind }) => kind === "started" || kind === "ended")?.kind === "started";
}

/** What a release knew when it wrote its history last; one that had ended by then, and was held, has its whole time again. */
export async function lastEvidence(
  documents: Documents,
  endpoint: string,
  release: string,
  signal: AbortSignal,
): Promise<Entry<"evidence"> | undefined> {
  const own = (await pages(documents, endpoint, signal)).filter((page) => page.release === release);
  const ended = own.findLastIndex(({ kind }) => kind === "ended");
  for (const [at, page] of [...own.entries()].reverse()) {
    const entry = page.kind === "evidence" ? await readIfWhole(documents, "evidence", page, signal) : undefined;
    if (entry !== undefined) return at < ended ? { ...entry, seconds: 0 } : entry;
  }
  return undefined;
}
