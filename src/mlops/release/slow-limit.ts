/** How much slower than the stable version counts as slow. */
export interface SlowRule {
  /** A request is slow beyond the stable version's p99 times this, or plus that many milliseconds where this is more. */
  readonly slowerBy: number;
  readonly atLeastMs: number;
}

/** Requests of the stable version that its p99 is taken from, and how many make one. */
export const REMEMBERED = 2000;
export const ENOUGH = 100;

/** Milliseconds. */
export function slowBeyond(p99Ms: number, { slowerBy, atLeastMs }: SlowRule): number {
  return Math.max(p99Ms * slowerBy, p99Ms + atLeastMs);
}
