import { expect, test } from "vitest";
import { binomial, seeded } from "../../bench/rollout/random.ts";
import { ladderRule } from "../../src/mlops/release/ladder.ts";
import { judge, see, startVerdict } from "../../src/mlops/release/verdict.ts";
import type { Block } from "../../src/mlops/statistics/two-rates.ts";

/** Chances that a few hundred simulated releases can tell from those of rules that forget how many metrics there are. */
const CONFIDENCE = { falseRollback: 0.2, falsePromotion: 0.2 };
const STEPS = [10, 50, 100];
const [RELEASES, LOOKS, REQUESTS, MARGIN, RATE] = [200, 60, 400, 0.02, 0.03];
const NAMES = Array.from({ length: 12 }, (_, at) => `metric ${at}`);
const RULES = NAMES.map((name) => ladderRule({ name, margin: MARGIN, prior: { requests: 100, events: 3 } }, STEPS));

type Outcome = "promoted" | "rolled back" | "undecided";

/** Shares of releases by how they end, with one block for each metric at each look. */
function simulate(seed: number, blocks: (random: () => number, share: number) => Readonly<Record<string, Block>>) {
  const random = seeded(seed);
  const ends = Array.from({ length: RELEASES }, (): Outcome => {
    let state = startVerdict(RULES);
    let step = 0;
    for (let look = 0; look < LOOKS; look++) {
      const outlook = { pace: { users: REQUESTS / 10, own: 0 }, secondsLeft: (LOOKS - look) * 10 };
      state = see(RULES, state, { blocks: blocks(random, (STEPS[step] ?? 100) / 100) }, outlook, CONFIDENCE);
      const verdict = judge(RULES, state, CONFIDENCE);
      if (verdict.kind !== "more-data") return "rolled back";
      if (verdict.cleared > step) step++;
      if (STEPS[step] === 100) return "promoted";
    }
    return "undecided";
  });
  return (outcome: Outcome) => ends.filter((end) => end === outcome).length / RELEASES;
}

function block(random: () => number, share: number, candidateRate: number): Block {
  const requests = { candidate: Math.round(REQUESTS * share), stable: Math.round(REQUESTS * (1 - share)) };
  return {
    candidate: { requests: requests.candidate, events: binomial(random, requests.candidate, candidateRate) },
    stable: { requests: requests.stable, events: binomial(random, requests.stable, RATE) },
  };
}

/** Three standard deviations of what so many releases show of a chance. */
const within = (chance: number) => chance + 3 * Math.sqrt((chance * (1 - chance)) / RELEASES);

test("a good version goes back with no more than the one chance for all metrics together, independent or not", () => {
  const independent = simulate(1, (random, share) => Object.fromEntries(NAMES.map((name) => [name, block(random, share, RATE)])));
  const same = simulate(2, (random, share) => {
    const one = block(random, share, RATE);
    return Object.fromEntries(NAMES.map((name) => [name, one]));
  });

  expect(independent("rolled back")).toBeLessThan(within(CONFIDENCE.falseRollback));
  expect(same("rolled back")).toBeLessThan(within(CONFIDENCE.falseRollback));
});

test("a version at the margin in one metric is promoted with no more than the stated chance, however good the others are", () => {
  const ends = simulate(3, (random, share) =>
    Object.fromEntries(NAMES.map((name) => [name, block(random, share, name === "metric 3" ? RATE + MARGIN : 0.001)])),
  );

  expect(ends("promoted")).toBeLessThan(within(CONFIDENCE.falsePromotion));
});
