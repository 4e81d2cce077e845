/** Seconds within which one stall makes many requests slow at once. */
const STALL_SECONDS = 0.2;

/**
 * Every how many requests of a version one latency is judged. A pause of its process slows all that are due meanwhile,
 * which is one event and not many; judging at most about one in a stall's time keeps them near independent.
 */
export function latencyStride(requestsPerSecond: number): number {
  return Math.max(1, Math.round(requestsPerSecond * STALL_SECONDS));
}
