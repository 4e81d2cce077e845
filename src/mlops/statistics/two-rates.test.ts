import fc from "fast-check";
import { expect, test } from "vitest";
import { type Claim, logEvidence, type Rates } from "./two-rates.ts";

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** The expectation of the e-value by summing over every outcome of both arms. */
function expectation(candidates: number, stables: number, truth: Rates, bet: Rates, claim: Claim): number {
  let sum = 0;
  for (let c = 0; c <= candidates; c++) {
    for (let s = 0; s <= stables; s++) {
      const block = { candidate: { requests: candidates, events: c }, stable: { requests: stables, events: s } };
      sum +=
        probability(candidates, c, truth.candidate) *
        probability(stables, s, truth.stable) *
        Math.exp(logEvidence(block, bet, claim));
    }
  }
  return sum;
}

function probability(n: number, k: number, p: number): number {
  let choose = 1;
  for (let at = 1; at <= k; at++) choose *= (n - k + at) / at;
  return choose * p ** k * (1 - p) ** (n - k);
}

test("whatever the sizes, the bet and the rates that fulfil the claim, the e-value expects at most 1", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      share,
      share,
      share,
      share,
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      fc.constantFrom("at-most" as const, "at-least" as const),
      (candidates, stables, betCandidate, betStable, candidate, stable, difference, kind) => {
        fc.pre(kind === "at-most" ? candidate - stable <= difference : candidate - stable >= difference);
        const bet = { candidate: betCandidate, stable: betStable };
        const expected = expectation(candidates, stables, { candidate, stable }, bet, { kind, difference });

        expect(expected).toBeLessThanOrEqual(1 + 1e-6);
      },
    ),
    { numRuns: 500, seed: 11 },
  );
});

test("of the rates that fulfil the claim, the nearest to the bet expects exactly 1", () => {
  // Weighted mean of 0.3 and 0.1 with 4 and 6 requests: the closed form for a difference of 0.
  const nearest = { candidate: 0.18, stable: 0.18 };
  const bet = { candidate: 0.3, stable: 0.1 };

  expect(expectation(4, 6, nearest, bet, { kind: "at-most", difference: 0 })).toBeCloseTo(1, 9);
});

test("the projection on a difference other than 0 has the least divergence on a fine grid", () => {
  const bet = { candidate: 0.01, stable: 0.01 };
  const claim: Claim = { kind: "at-least", difference: 0.02 };
  const divergence = (p: number, q: number) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
  let best = Number.POSITIVE_INFINITY;
  for (let y = 1e-6; y < 0.05; y += 1e-6)
    best = Math.min(best, 300 * divergence(bet.candidate, y + 0.02) + 700 * divergence(bet.stable, y));

  // With the expected outcomes of the bet, the logarithm is the divergence itself.
  const block = { candidate: { requests: 300, events: 3 }, stable: { requests: 700, events: 7 } };

  expect(logEvidence(block, bet, claim)).toBeCloseTo(best, 6);
});

test("a bet that fulfils the claim, and a block without requests, say nothing", () => {
  const block = { candidate: { requests: 10, events: 9 }, stable: { requests: 10, events: 0 } };
  const empty = { candidate: { requests: 0, events: 0 }, stable: { requests: 0, events: 0 } };

  expect(logEvidence(block, { candidate: 0.1, stable: 0.2 }, { kind: "at-most", difference: 0 })).toBe(0);
  expect(logEvidence(empty, { candidate: 0.2, stable: 0.1 }, { kind: "at-most", difference: 0 })).toBe(0);
});

test("a block of one arm alone says nothing about the difference", () => {
  const block = { candidate: { requests: 10, events: 9 }, stable: { requests: 0, events: 0 } };

  expect(logEvidence(block, { candidate: 0.5, stable: 0.1 }, { kind: "at-most", difference: 0.1 })).toBeCloseTo(0, 9);
});

test("against a fixed share it is the likelihood ratio", () => {
  const block = { candidate: { requests: 5, events: 2 }, stable: { requests: 0, events: 0 } };

  expect(logEvidence(block, { candidate: 0.3, stable: 0 }, { kind: "at-most", difference: 0.1, against: "none" })).toBeCloseTo(
    Math.log((0.3 / 0.1) ** 2 * (0.7 / 0.9) ** 3),
    12,
  );
});
