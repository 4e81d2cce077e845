import { expect, test } from "vitest";
import { addEvidence, type EProcess, evidence } from "./e-process.ts";

test("the evidence is the logarithm of the mean of the bets' e-values", () => {
  expect(evidence([])).toBe(0);
  expect(evidence([0, Math.log(3)])).toBeCloseTo(Math.log(2), 12);
  // No overflow where the e-values themselves have no number.
  expect(evidence([2000, 2000])).toBeCloseTo(2000, 9);
});

test("two equal versions, looked at after each of 300 blocks, give false evidence no more often than allowed", () => {
  const alpha = 0.05;
  const releases = 1500;
  const random = numbers(20_261_123);
  const events = (requests: number, share: number) => {
    let count = 0;
    for (let at = 0; at < requests; at++) if (random() < share) count++;
    return count;
  };
  const bets = [0.06, 0.1, 0.2].map((candidate) => ({ candidate, stable: 0.05 }));
  let crossed = 0;
  for (let release = 0; release < releases; release++) {
    let process: EProcess = [];
    for (let look = 0; look < 300; look++) {
      const block = {
        candidate: { requests: 3, events: events(3, 0.05) },
        stable: { requests: 9, events: events(9, 0.05) },
      };
      process = addEvidence(process, block, bets, { kind: "at-most", difference: 0 });
      if (evidence(process) >= Math.log(1 / alpha)) {
        crossed++;
        break;
      }
    }
  }

  // Three standard deviations above the bound; it is a bound, so far fewer are expected, but some.
  expect(crossed / releases).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / releases));
  expect(crossed).toBeGreaterThan(0);
});

/** Numbers in [0, 1) from a linear congruential generator (Numerical Recipes). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
