import type { Block } from "../statistics/two-rates.ts";

/** What a version answered to one request. */
export interface Answered {
  readonly arm: keyof Block;
  /** Which of the sample bodies it was; absent for users' requests. */
  readonly body?: number;
  /** `x-request-id` of the answer; empty when there was none. */
  readonly requestId: string;
  /** JSON of each row's prediction. */
  readonly rows: readonly string[];
  /** Mean of the rows' highest probabilities, in [0, 1], where the answer has them. */
  readonly confidence?: number;
}

/** Predictions where the answer names them, else all of it; `undefined` when it is no JSON. */
export function readAnswer(text: string): Pick<Answered, "rows" | "confidence"> | undefined {
  try {
    const value = JSON.parse(text) as { predictions?: unknown; probabilities?: unknown } | null;
    const { predictions = value, probabilities } = value ?? {};
    const rows = (Array.isArray(predictions) ? predictions : [predictions]).map((row) => JSON.stringify(row));
    return { rows, ...confidenceOf(probabilities) };
  } catch {
    return undefined;
  }
}

function confidenceOf(probabilities: unknown): { confidence?: number } {
  if (!Array.isArray(probabilities) || probabilities.length === 0) return {};
  const highest = probabilities.map((row: unknown) => (Array.isArray(row) ? Math.max(...row.map(Number)) : Number.NaN));
  const mean = highest.reduce((sum, value) => sum + value, 0) / highest.length;
  return mean >= 0 && mean <= 1 ? { confidence: mean } : {};
}
