import { stat } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { z } from "zod";
import { parseJson } from "../../base/index.ts";
import type { Reporter } from "../../report/index.ts";
import { tailOf } from "./jsonl-tail.ts";
import { localFiles } from "./local-files.ts";
import { createTruthJoin, type TruthJoin } from "./truth-join.ts";

const line = z.object({ request_id: z.string().min(1), label: z.json() });

/** Warnings about lines of one file; the rest is only counted. */
const MOST_WARNINGS = 5;

/** A join that takes its labels from a file of JSON lines, `{"request_id", "label"}`, to which others append. */
export interface Labels extends Pick<TruthJoin, "answered" | "take" | "counts"> {
  /** Reads what was appended; a line that is no label is warned about, not thrown: a release does not end by a typo. */
  refresh(): Promise<void>;
}

export function readLabels(file: string, reporter: Reporter): Labels {
  const [folder, name] = [localFiles(dirname(file)), basename(file)];
  const tail = tailOf((from, bytes) => folder.read(name, from, bytes));
  const join = createTruthJoin();
  let bad = 0;
  const warn = (number: number) => {
    bad++;
    if (bad > MOST_WARNINGS) return;
    const more = bad === MOST_WARNINGS ? "; further ones are left out without a word" : "";
    reporter.emit("warning", {
      code: "mlops.bad-label",
      message: `${relative(process.cwd(), file)}:${number} is not {"request_id": text, "label": value} and is left out${more}`,
    });
  };
  let isReadable = true;
  const readTo = async (size: number) => {
    try {
      const lines = await tail.readTo(size);
      isReadable = true;
      return lines;
    } catch (cause) {
      // Said once: a file that is moved or locked between two looks is read at a later one.
      if (isReadable)
        reporter.emit("warning", {
          code: "mlops.labels-not-read",
          message: `${relative(process.cwd(), file)} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        });
      isReadable = false;
      return [];
    }
  };
  return {
    answered: (answer) => join.answered(answer),
    take: () => join.take(),
    get counts() {
      return join.counts;
    },
    async refresh() {
      const { size } = await stat(file).catch(() => ({ size: 0 }));
      for (const { number, text } of await readTo(size)) {
        if (text.trim() === "") continue;
        const read = labelOf(text);
        if (read === undefined) warn(number);
        else join.label(read.request_id, read.label);
      }
    },
  };
}

/** A value that is nested without end is the end of the stack for whoever checks it. */
function labelOf(text: string): z.output<typeof line> | undefined {
  try {
    return line.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}
