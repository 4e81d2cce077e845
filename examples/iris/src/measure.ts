/** What a model said about a row, and what is true. Probabilities are in the order of `classes`. */
export interface Judged {
  readonly truth: string;
  readonly prediction: string;
  readonly probabilities: readonly number[];
}

export interface Measures {
  /** Share of rows with the right label. */
  readonly accuracy: number;
  /** Mean over the classes of the harmonic mean of precision and recall. */
  readonly macro_f1: number;
  /** Mean of -ln(probability of the truth); probabilities are kept 1e-15 away from 0 and 1. */
  readonly log_loss: number;
}

export function measure(rows: readonly Judged[], classes: readonly string[]): Measures {
  const share = (test: (row: Judged) => boolean) => rows.filter(test).length / rows.length;
  const f1 = classes.map((label) => {
    const both = share(({ truth, prediction }) => truth === label && prediction === label);
    const either = share(({ truth }) => truth === label) + share(({ prediction }) => prediction === label);
    return either === 0 ? 0 : (2 * both) / either;
  });
  const losses = rows.map(({ truth, probabilities }) => -Math.log(clip(probabilities[classes.indexOf(truth)] ?? 0)));
  return { accuracy: share(({ truth, prediction }) => truth === prediction), macro_f1: mean(f1), log_loss: mean(losses) };
}

function clip(probability: number): number {
  return Math.min(Math.max(probability, 1e-15), 1 - 1e-15);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
