import type { Figures } from "./simulate.ts";

/** The figures as a Markdown table: one row a cell, one column for each set of rules. */
export function table(figures: readonly Figures[]): string {
  const rules = [...new Set(figures.map((row) => row.rules))];
  const cells = [...new Set(figures.map(keyOf))];
  const head = ["failing: stable / candidate", "requests/s", "truth", ...rules];
  const rows = cells.map((key) => {
    const own = figures.filter((row) => keyOf(row) === key);
    const [first] = own;
    return [
      first?.cell ?? "",
      String(first?.requestsPerSecond ?? ""),
      first?.truth ?? "",
      ...rules.map((name) => outcome(own.find((row) => row.rules === name))),
    ];
  });
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function keyOf({ cell, requestsPerSecond }: Figures): string {
  return `${cell} at ${requestsPerSecond}`;
}

function outcome(row: Figures | undefined): string {
  if (row === undefined) return "";
  const parts = [
    ["promotes", row.promoted],
    ["back", row.rolledBack],
    ["undecided", row.undecided],
  ] as const;
  const shares = parts.filter(([, share]) => share > 0).map(([word, share]) => `${word} ${percent(share)}`);
  return `${shares.join(", ")}; ${row.medianSeconds} s, ${row.medianFailed} failed`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
