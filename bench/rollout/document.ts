import { bounds } from "./bound.ts";
import { goals } from "./goals.ts";
import type { Figures } from "./simulate.ts";
import { percent, table } from "./table.ts";

export interface Kept {
  readonly runs: number;
  readonly seed: number;
  readonly figures: readonly Figures[];
}

const BEGIN = "<!-- begin: npm run bench:rollout -->";
const END = "<!-- end: npm run bench:rollout -->";

/** The document with its generated part brought up to date. */
export function withFigures(document: string, kept: Kept): string {
  const [before, rest] = split(document, BEGIN);
  const [, after] = split(rest, END);
  return `${before}${BEGIN}\n\n${section(kept)}\n\n${END}${after}`;
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`docs/release.md has no line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function section({ runs, seed, figures }: Kept): string {
  const reached = goals(figures).map(({ goal, reached: value, met }) => `| ${goal} | ${value} | ${met ? "yes" : "no"} |`);
  return [
    `${runs.toLocaleString("en")} simulated releases in each cell, seed ${seed}. Times are medians to the decision; "failed" counts the`,
    "candidate's failed requests of users up to then, also by the failures that the stable version would have had.",
    "",
    table(figures),
    "",
    "| goal | reached | met |",
    "| --- | --- | --- |",
    ...reached,
    "",
    ...bounds().map(
      ({ cell, requestsPerSecond, undecided }) =>
        `Good releases at ${cell} and ${requestsPerSecond} requests/s: **no rule whatever** that promotes at most 5 % at the margin leaves fewer than ${percent(undecided)} undecided after two hours, not even with half of the traffic on the candidate from the first second.`,
    ),
  ].join("\n");
}
