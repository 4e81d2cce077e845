import type { Block } from "./two-rates.ts";

/** Bounds of `candidate - stable`, in shares. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Always-valid two-sided confidence interval of the difference of two shares: normal mixture with the variance of
 * Agresti-Caffo (one event and two requests added to each arm), so that it has a width before the first event.
 * `effect` is the difference at which it is tightest. It is asymptotic: for people to read from about 100 requests an
 * arm on, not for decisions, which take the exact e-values.
 * Source: Robbins (1970); Howard, Ramdas, McAuliffe, Sekhon (2021); Agresti and Caffo (2000).
 */
export function differenceInterval({ candidate, stable }: Block, effect: number, alpha: number): Interval {
  const [c, s] = [shrunk(candidate), shrunk(stable)];
  const estimate = c.share - s.share;
  const variance = c.variance + s.variance;
  const prior = effect * effect;
  const half = Math.sqrt(
    ((variance * (variance + prior)) / prior) * (Math.log((variance + prior) / variance) + 2 * Math.log(1 / alpha)),
  );
  return { estimate, low: Math.max(-1, estimate - half), high: Math.min(1, estimate + half) };
}

function shrunk({ requests, events }: Block["candidate"]) {
  const share = (events + 1) / (requests + 2);
  return { share, variance: (share * (1 - share)) / (requests + 2) };
}
