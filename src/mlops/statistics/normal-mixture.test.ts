import { expect, test } from "vitest";
import { differenceInterval } from "./normal-mixture.ts";

const block = { candidate: { requests: 2000, events: 30 }, stable: { requests: 8000, events: 80 } };

test("at its ends the normal mixture's likelihood ratio is 1/alpha", () => {
  const tau = 0.01;
  const { estimate, high } = differenceInterval(block, tau, 0.05);
  const [c, s] = [31 / 2002, 81 / 8002];
  const variance = (c * (1 - c)) / 2002 + (s * (1 - s)) / 8002;

  const distance = high - estimate;
  const ratio =
    Math.sqrt(variance / (variance + tau ** 2)) * Math.exp((distance ** 2 * tau ** 2) / (2 * variance * (variance + tau ** 2)));

  expect(estimate).toBeCloseTo(c - s, 12);
  expect(ratio).toBeCloseTo(20, 9);
});

test("it is wider than the interval of one look and has a width before the first event", () => {
  const { estimate, high } = differenceInterval(block, 0.01, 0.05);
  const wald = 1.96 * Math.sqrt((0.015 * 0.985) / 2000 + (0.01 * 0.99) / 8000);
  const none = differenceInterval({ candidate: { requests: 50, events: 0 }, stable: { requests: 50, events: 0 } }, 0.01, 0.05);

  expect(high - estimate).toBeGreaterThan(wald);
  expect(none.low).toBeLessThan(0);
  expect(none.high).toBeGreaterThan(0.03);
});
