import type { Goal } from "../goals.ts";
import { RULES } from "./defaults.ts";
import type { Figures } from "./simulate.ts";
import { percent } from "./table.ts";

/** What the release controller promises, held against its own figures. */
export function goals(figures: readonly Figures[]): Goal[] {
  const own = figures.filter(({ rules }) => rules === "Quayside");
  const worst = (rows: readonly Figures[], value: (row: Figures) => number) => Math.max(...rows.map(value));
  const falseRollback = worst(
    own.filter(({ truth }) => truth === "good"),
    ({ rolledBack }) => rolledBack,
  );
  const missed = worst(
    own.filter(({ truth }) => truth === "bad"),
    ({ promoted }) => promoted,
  );
  const atMargin = worst(
    own.filter(({ truth }) => truth === "at the margin"),
    ({ promoted }) => promoted,
  );
  const sixfold = own.find(({ cell, requestsPerSecond }) => cell === "0.5 % / 3 %" && requestsPerSecond === 50);
  const flagger = figures.filter(({ rules }) => rules === "Flagger");
  const slower = own
    .filter(({ truth, requestsPerSecond }) => truth === "good" && requestsPerSecond === 50)
    .map((row) => ({ row, than: flagger.find(({ cell, requestsPerSecond }) => cell === row.cell && requestsPerSecond === 50) }))
    .filter(({ row, than }) => than !== undefined && row.medianSeconds > than.medianSeconds);
  return [
    {
      goal: `false rollback at most ${percent(RULES.confidence.falseRollback)} in every cell`,
      reached: percent(falseRollback),
      met: falseRollback <= RULES.confidence.falseRollback,
    },
    { goal: "missed regression at most 1 % in every cell", reached: percent(missed), met: missed <= 0.01 },
    {
      goal: `exactly at the margin, promoted in at most ${percent(RULES.confidence.falsePromotion)}`,
      reached: percent(atMargin),
      met: atMargin <= RULES.confidence.falsePromotion,
    },
    {
      goal: "six times the errors at 50 requests/s found within 180 s (median)",
      reached: `${sixfold?.medianSeconds} s`,
      met: (sixfold?.medianSeconds ?? Number.POSITIVE_INFINITY) <= 180,
    },
    {
      goal: "with at most 20 failed requests of users (median)",
      reached: String(sixfold?.medianFailed),
      met: (sixfold?.medianFailed ?? Number.POSITIVE_INFINITY) <= 20,
    },
    {
      goal: "a good release at 50 requests/s takes no longer than with Flagger",
      reached: slower.length === 0 ? "in every cell" : `not for ${slower.map(({ row }) => row.cell).join("; ")}`,
      met: slower.length === 0,
    },
  ];
}
