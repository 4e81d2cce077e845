import { Pool } from "./upstream/pool.ts";

/** One process of a deployment, with its connections and what recent failures say about it. */
export interface Instance {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  readonly pool: Pool;
  /** For copies of live requests; made when the first is sent. */
  mirror: Pool | undefined;
  inFlight: number;
  /** Until then (milliseconds of `performance.now`) others are preferred. */
  downUntil: number;
  /** Since its last answer. */
  failures: number;
  /** What the health checks say; true without any. */
  healthy: boolean;
}

const MAX_CONNECTIONS = 256;
/** Shorter than the model server's 75 s: the side that opens a request must be the one that ends idle connections. */
const IDLE_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export function createInstance(origin: string): Instance {
  return {
    origin,
    pool: new Pool(origin, { connections: MAX_CONNECTIONS, idleMs: IDLE_MS }),
    mirror: undefined,
    inFlight: 0,
    downUntil: 0,
    failures: 0,
    healthy: true,
  };
}

export function mirrorPool(instance: Instance, connections: number): Pool {
  return (instance.mirror ??= new Pool(instance.origin, { connections, idleMs: IDLE_MS }));
}

export function isUp({ healthy, downUntil }: Instance, now: number): boolean {
  return healthy && downUntil <= now;
}

/** Requests in flight finish; then the connections close. Copies are not waited for. */
export async function retire({ pool, mirror }: Instance): Promise<void> {
  await Promise.all([pool.close(), mirror?.destroy()]);
}

/**
 * A connection failed: prefer others for a while that doubles with each failure in a row. One that was `refused` tells that
 * nobody listens; one that was only lost may have been idle for too long, so a single one says nothing yet. True when the
 * instance was up until now.
 */
export function noteFailure(instance: Instance, now: number, refused: boolean): boolean {
  instance.failures++;
  if (!refused && instance.failures < 2) return false;
  const wasUp = instance.downUntil === 0;
  instance.downUntil = now + Math.min(FIRST_PAUSE_MS * 2 ** (instance.failures - 1), LONGEST_PAUSE_MS);
  return wasUp;
}

export function noteSuccess(instance: Instance): void {
  instance.failures = 0;
  instance.downUntil = 0;
}
