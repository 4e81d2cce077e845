import type { JsonValue } from "../../base/index.ts";
import type { Block } from "../statistics/two-rates.ts";
import type { Answered } from "./answers.ts";

/** How much of the truth is in. */
export interface TruthCounts {
  /** Rows that each version answered, and those of them whose label is known. */
  readonly answered: Readonly<Record<keyof Block, number>>;
  readonly labelled: Readonly<Record<keyof Block, number>>;
  /** Labels of requests that nobody has answered, as far as is known. */
  readonly unknown: number;
  /** Labels that came again, and those that came again as something else; the first one stands. */
  readonly duplicates: number;
  readonly conflicts: number;
  /** Lists of labels with another length than the request had rows. */
  readonly misfits: number;
}

/**
 * Joins answers and labels by request id, whichever comes first. A label is of a request (a list when it had several
 * rows) or, by `{request}/{row}`, of one row. The rows of a request count for one request together: they share its luck.
 */
export interface TruthJoin {
  answered(answer: Answered): void;
  label(id: string, label: JsonValue): void;
  /** Right and wrong answers among those whose truth became known since the last call. */
  take(): Block;
  readonly counts: TruthCounts;
}

interface Served {
  readonly arm: keyof Block;
  readonly rows: readonly string[];
  /** JSON of each row's label. */
  readonly labels: (string | undefined)[];
}

/** Beyond these the oldest are forgotten: answers whose truth never comes must not take all memory. */
export const JOIN_LIMITS = { served: 500_000, waiting: 500_000 } as const;

export function createTruthJoin(limits: { readonly served: number; readonly waiting: number } = JOIN_LIMITS): TruthJoin {
  const served = new Map<string, Served>();
  const waiting = new Map<string, JsonValue>();
  const answered = { candidate: 0, stable: 0 };
  const labelled = { candidate: 0, stable: 0 };
  let [duplicates, conflicts, misfits] = [0, 0, 0];
  let fresh = emptyBlock();

  const repeated = (known: string, label: string) => {
    if (known === label) duplicates++;
    else conflicts++;
  };

  const labelRow = ({ arm, rows, labels }: Served, row: number, label: string) => {
    const known = labels[row];
    if (known !== undefined) return repeated(known, label);
    labels[row] = label;
    labelled[arm]++;
    fresh[arm].requests += 1 / rows.length;
    if (label !== rows[row]) fresh[arm].events += 1 / rows.length;
  };

  const labelRequest = (request: Served, label: JsonValue) => {
    const { rows } = request;
    const list = Array.isArray(label) ? label : [label];
    if (list.length !== rows.length) misfits++;
    else for (const [row, one] of list.entries()) labelRow(request, row, JSON.stringify(one));
  };

  /** False when nobody answered such a request. */
  const apply = (id: string, label: JsonValue): boolean => {
    const request = served.get(id);
    if (request !== undefined) {
      labelRequest(request, label);
      return true;
    }
    const [, parent = "", row = ""] = /^(.+)\/(\d+)$/.exec(id) ?? [];
    const owner = served.get(parent);
    if (owner === undefined || Number(row) >= owner.rows.length) return false;
    labelRow(owner, Number(row), JSON.stringify(label));
    return true;
  };

  return {
    answered({ arm, requestId, rows }) {
      if (requestId === "" || rows.length === 0 || served.has(requestId)) return;
      served.set(requestId, { arm, rows, labels: rows.map(() => undefined) });
      answered[arm] += rows.length;
      forgetOldest(served, limits.served);
      for (const id of [requestId, ...rows.map((_, row) => `${requestId}/${row}`)]) {
        const early = waiting.get(id);
        if (early !== undefined && waiting.delete(id)) apply(id, early);
      }
    },
    label(id, label) {
      if (apply(id, label)) return;
      const known = waiting.get(id);
      if (known !== undefined) return repeated(JSON.stringify(known), JSON.stringify(label));
      waiting.set(id, label);
      forgetOldest(waiting, limits.waiting);
    },
    take() {
      const block: Block = fresh;
      fresh = emptyBlock();
      return block;
    },
    get counts() {
      return { answered: { ...answered }, labelled: { ...labelled }, unknown: waiting.size, duplicates, conflicts, misfits };
    },
  };
}

function emptyBlock() {
  return { candidate: { requests: 0, events: 0 }, stable: { requests: 0, events: 0 } };
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size > most) map.delete(map.keys().next().value ?? "");
}
