import { Pool } from "undici";
import type { Mirrored } from "./collector.ts";
import { exchange, type Outcome } from "./load.ts";

/** Gives the candidate copies of live requests. A router that mirrors by itself can stand behind the same words. */
export interface Mirror {
  /** Returns at once; a copy that finds the queue full is dropped and counted. */
  offer(live: Outcome): void;
  readonly dropped: number;
  /** Waits for the copies that are under way. */
  stop(): Promise<void>;
  /** Lets go of them: a candidate that answers nothing must not hold up the way back. */
  abandon(): Promise<void>;
}

export interface MirrorOptions {
  readonly url: string;
  /** With the header that picks the candidate. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly onPair: (pair: Mirrored) => void;
}

const CONNECTIONS = 4;
const LONGEST_QUEUE = 256;

/**
 * Azure ML refuses mirror traffic on Kubernetes endpoints, so the controller copies its own requests: after the live
 * answer, over connections of its own, from a bounded queue. The live path never waits for a copy.
 */
export function startMirror({ url, headers, bodies, onPair }: MirrorOptions): Mirror {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  const queue: Outcome[] = [];
  const working = new Set<Promise<void>>();
  let dropped = 0;
  let stopped = false;

  const work = async () => {
    for (let live = queue.shift(); live !== undefined && !stopped; live = queue.shift()) {
      const dueAt = performance.now();
      const answer = await exchange(pool, pathname + search, headers, bodies[live.body] ?? "");
      onPair({ live, copy: { ...answer, ms: performance.now() - dueAt, dueAt, body: live.body } });
    }
  };

  return {
    offer(live) {
      if (stopped) return;
      if (queue.length >= LONGEST_QUEUE) {
        dropped++;
        return;
      }
      queue.push(live);
      if (working.size >= CONNECTIONS) return;
      const worker = work();
      working.add(worker);
      void worker.finally(() => working.delete(worker));
    },
    get dropped() {
      return dropped;
    },
    async stop() {
      stopped = true;
      await Promise.all(working);
      await pool.close();
    },
    async abandon() {
      stopped = true;
      await pool.destroy();
      await Promise.all(working);
    },
  };
}
