/** Something that was promised, held against what was seen. */
export interface Goal {
  readonly goal: string;
  readonly reached: string;
  readonly met: boolean;
}

export function atMost(what: string, limit: number, unit: string, reached: number): Goal {
  return { goal: `${what} at most ${limit} ${unit}`, reached: `${Number(reached.toFixed(2))} ${unit}`, met: reached <= limit };
}

/** A line for each; the process ends with 1 when one is missed. */
export function judge(goals: readonly Goal[]): void {
  for (const { goal, reached, met } of goals) console.error(`${met ? "met    " : "NOT MET"}  ${goal}: ${reached}`);
  if (!goals.every(({ met }) => met)) process.exitCode = 1;
}
