/** A scored row: what the model was sure of, in [0, 1], and whether it was right. */
export interface Scored {
  readonly confidence: number;
  readonly right: boolean;
}

/**
 * Isotonic regression of `right` on `confidence` by pooling adjacent violators: the rising step function with the least
 * squared error. With it, `1 - calibrated confidence` is the chance that an answer is wrong, which estimates accuracy
 * without truth as long as inputs drift and their meaning does not (confidence-based performance estimation, CBPE).
 */
export function isotonic(rows: readonly Scored[]): (confidence: number) => number {
  const steps: Step[] = [];
  for (const point of points(rows)) {
    steps.push(point);
    for (;;) {
      const [before, top] = [steps.at(-2), steps.at(-1)];
      if (before === undefined || top === undefined || mean(before) < mean(top)) break;
      steps.splice(-2, 2, { from: before.from, right: before.right + top.right, count: before.count + top.count });
    }
  }
  return (confidence) => {
    const step = steps.findLast(({ from }) => from <= confidence) ?? steps[0];
    return step === undefined ? confidence : mean(step);
  };
}

interface Step {
  readonly from: number;
  readonly right: number;
  readonly count: number;
}

/** Rows of equal confidence are one point, whatever their order. */
function points(rows: readonly Scored[]): Step[] {
  const byConfidence = Map.groupBy(rows, ({ confidence }) => confidence);
  return [...byConfidence]
    .sort(([a], [b]) => a - b)
    .map(([from, own]) => ({ from, right: own.filter(({ right }) => right).length, count: own.length }));
}

function mean({ right, count }: Step): number {
  return right / count;
}
