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

/** What a label did to an answer. */
type Effect = "fresh" | "duplicate" | "conflict" | "misfit";

/** Beyond these the oldest are forgotten: answers whose truth never comes must not take all memory. */
export const JOIN_LIMITS = { served: 500_000, waiting: 500_000 } as const;

const ARMS = ["candidate", "stable"] as const;

export function createTruthJoin(limits: { readonly served: number; readonly waiting: number } = JOIN_LIMITS): TruthJoin {
  // By arm: a mirrored request has one id and two answers.
  const served = { candidate: new Map<string, Served>(), stable: new Map<string, Served>() };
  const waiting = new Map<string, JsonValue>();
  const answered = { candidate: 0, stable: 0 };
  const labelled = { candidate: 0, stable: 0 };
  let [duplicates, conflicts, misfits] = [0, 0, 0];
  let fresh = emptyBlock();

  const labelRow = ({ arm, rows, labels }: Served, row: number, label: string): Effect => {
    const known = labels[row];
    if (known !== undefined) return known === label ? "duplicate" : "conflict";
    labels[row] = label;
    labelled[arm]++;
    fresh[arm].requests += 1 / rows.length;
    if (label !== rows[row]) fresh[arm].events += 1 / rows.length;
    return "fresh";
  };

  const labelRequest = (request: Served, label: JsonValue): Effect[] => {
    const list = Array.isArray(label) ? label : [label];
    if (list.length !== request.rows.length) return ["misfit"];
    return list.map((one, row) => labelRow(request, row, JSON.stringify(one)));
  };

  /** What a label did to this version's answer; nothing when it gave none to such a request. */
  const apply = (arm: keyof Block, id: string, label: JsonValue): Effect[] => {
    const request = served[arm].get(id);
    if (request !== undefined) return labelRequest(request, label);
    const [, parent = "", row = ""] = /^(.+)\/(\d+)$/.exec(id) ?? [];
    const owner = served[arm].get(parent);
    return owner === undefined || Number(row) >= owner.rows.length ? [] : [labelRow(owner, Number(row), JSON.stringify(label))];
  };

  const note = (effects: readonly Effect[]) => {
    if (effects.includes("conflict")) conflicts++;
    else if (effects.includes("misfit")) misfits++;
    else if (!effects.includes("fresh")) duplicates++;
  };

  return {
    answered({ arm, requestId, rows }) {
      if (requestId === "" || rows.length === 0 || served[arm].has(requestId)) return;
      const request: Served = { arm, rows, labels: rows.map(() => undefined) };
      served[arm].set(requestId, request);
      answered[arm] += rows.length;
      forgetOldest(served[arm], limits.served);
      for (const id of [requestId, ...rows.map((_, row) => `${requestId}/${row}`)]) {
        const early = waiting.get(id);
        if (early !== undefined && waiting.delete(id)) note(apply(arm, id, early));
      }
      // The other version's answer to the same request may have had its label already.
      const twin = served[arm === "stable" ? "candidate" : "stable"].get(requestId);
      for (const [row, label] of twin?.labels.entries() ?? [])
        if (label !== undefined && row < rows.length) labelRow(request, row, label);
    },
    label(id, label) {
      const effects = ARMS.flatMap((arm) => apply(arm, id, label));
      if (effects.length > 0) return note(effects);
      const known = waiting.get(id);
      if (known !== undefined) return note([JSON.stringify(known) === JSON.stringify(label) ? "duplicate" : "conflict"]);
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
