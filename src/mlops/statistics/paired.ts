import { normalQuantile } from "./normal.ts";
import { logGamma } from "./sample-ratio.ts";

/**
 * Paired comparison of two classifiers on the same rows. Only the rows on which exactly one of them is right say
 * anything about which is better: `gained` (only the candidate is right) and `lost` (only the champion is right).
 */
export interface Paired {
  readonly rows: number;
  readonly gained: number;
  readonly lost: number;
}

export function comparePairs(candidateRight: readonly boolean[], championRight: readonly boolean[]): Paired {
  let gained = 0;
  let lost = 0;
  for (const [at, right] of candidateRight.entries()) {
    if (right && championRight[at] === false) gained++;
    if (!right && championRight[at] === true) lost++;
  }
  return { rows: candidateRight.length, gained, lost };
}

/**
 * McNemar's exact one-sided p-value that the candidate is worse: the chance of at least `lost` losses among the
 * discordant rows if both were equally good.
 */
export function mcNemarWorse({ gained, lost }: Paired): number {
  const n = gained + lost;
  let tail = 0;
  for (let k = lost; k <= n; k++) tail += Math.exp(logChoose(n, k) - n * Math.LN2);
  return Math.min(1, tail);
}

/**
 * Lower bound of accuracy(candidate) - accuracy(champion) by Tango's score interval for paired proportions
 * (Statistics in Medicine 17, 1998), one-sided at `confidence`. It stays meaningful when nothing is discordant,
 * where Wald's interval collapses to zero width.
 */
export function differenceLowerBound({ rows, gained, lost }: Paired, confidence: number): number {
  const z = normalQuantile(confidence);
  let low = -1;
  let high = (gained - lost) / rows;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (scoreStatistic(rows, gained, lost, middle) > z) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function scoreStatistic(n: number, gained: number, lost: number, delta: number): number {
  const a = 2 * n;
  const b = -gained - lost + (2 * n - gained + lost) * delta;
  const c = -lost * delta * (1 - delta);
  const q = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const variance = n * (2 * q + delta * (1 - delta));
  return variance <= 0 ? Number.POSITIVE_INFINITY : (gained - lost - n * delta) / Math.sqrt(variance);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
