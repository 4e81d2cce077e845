import { expect, test } from "vitest";
import { normalCdf, normalQuantile } from "./normal.ts";
import { comparePairs, differenceLowerBound, mcNemarWorse } from "./paired.ts";

test("only discordant rows count", () => {
  expect(comparePairs([true, true, false, false], [true, false, true, false])).toEqual({ rows: 4, gained: 1, lost: 1 });
});

test("McNemar's exact test gives the binomial tail", () => {
  expect(mcNemarWorse({ rows: 50, gained: 0, lost: 5 })).toBeCloseTo(1 / 32, 12);
  expect(mcNemarWorse({ rows: 50, gained: 1, lost: 5 })).toBeCloseTo(7 / 64, 12);
  expect(mcNemarWorse({ rows: 50, gained: 0, lost: 0 })).toBe(1);
});

// One logarithm at a time for each of them this would be minutes.
test("McNemar's exact test of a hundred thousand discordant rows agrees with the normal tail", () => {
  const [lost, gained] = [50_300, 49_700];
  const z = (lost - gained - 1) / Math.sqrt(lost + gained);

  expect(mcNemarWorse({ rows: 1_000_000, gained, lost })).toBeCloseTo(1 - normalCdf(z), 5);
});

test("the lower bound is z^2 / (n + z^2) below zero when nothing is discordant", () => {
  const z = normalQuantile(0.95);

  expect(z).toBeCloseTo(1.6448536269514722, 9);
  expect(differenceLowerBound({ rows: 50, gained: 0, lost: 0 }, 0.95)).toBeCloseTo(-(z * z) / (50 + z * z), 9);
});

test.each([
  [44, 9, 1],
  [50, 0, 2],
  [150, 4, 7],
])(
  "at the lower bound of n=%i gained=%i lost=%i the score statistic is z, with the nuisance share found by maximising the likelihood",
  (rows, gained, lost) => {
    const bound = differenceLowerBound({ rows, gained, lost }, 0.975);
    const likelihood = (q: number) =>
      gained * Math.log(q + bound) + lost * Math.log(q) + (rows - gained - lost) * Math.log(1 - 2 * q - bound);
    let [low, high] = [Math.max(0, -bound) + 1e-9, (1 - bound) / 2 - 1e-9];
    for (let round = 0; round < 200; round++) {
      const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
      if (likelihood(left) < likelihood(right)) low = left;
      else high = right;
    }

    const statistic = (gained - lost - rows * bound) / Math.sqrt(rows * (2 * low + bound * (1 - bound)));

    expect(statistic).toBeCloseTo(normalQuantile(0.975), 3);
  },
);

test("more rows with the same shares tighten the bound", () => {
  expect(differenceLowerBound({ rows: 500, gained: 10, lost: 10 }, 0.95)).toBeGreaterThan(
    differenceLowerBound({ rows: 50, gained: 1, lost: 1 }, 0.95),
  );
});
