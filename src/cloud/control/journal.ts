/** One request as the journal keeps it: never headers, bodies or query strings, which can hold secrets. */
export interface JournalEntry {
  readonly at: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly apiVersion?: string;
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly durationMs: number;
}

export interface Journal {
  add(entry: JournalEntry): void;
  last(count: number): JournalEntry[];
  clear(): void;
}

const KEPT = 1_000;

export function createJournal(): Journal {
  let entries: JournalEntry[] = [];
  return {
    add: (entry) => {
      entries.push(entry);
      if (entries.length > 2 * KEPT) entries = entries.slice(-KEPT);
    },
    last: (count) => entries.slice(-Math.min(KEPT, count)),
    clear: () => {
      entries = [];
    },
  };
}
