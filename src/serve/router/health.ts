import type { Log } from "../log.ts";
import type { HealthCheck } from "../protocol.ts";
import { readAnswer } from "./answer-reader.ts";
import type { Instance } from "./instance.ts";
import type { Table } from "./table.ts";
import { Pool } from "./upstream/pool.ts";

/** In a row. One answer is enough to be up again. */
const FAILURES_UNTIL_DOWN = 2;

interface Watch extends Disposable {
  readonly instance: Instance;
  readonly check: HealthCheck;
}

/**
 * Asks each instance by itself whether it may get requests, beside what failed requests tell: one that hangs or says that it
 * is not ready is found without a caller, and one that came back is used again without a caller as the test.
 */
export class HealthChecks implements Disposable {
  readonly #watches = new Map<string, Watch>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Watches the instances of this table; those that stay keep their rhythm and what is known about them. */
  apply(table: Table): void {
    const wanted = new Map<string, { instance: Instance; check: HealthCheck }>();
    for (const { deployments } of table.endpoints.values()) {
      for (const { healthCheck: check, instances } of deployments.values()) {
        if (check !== undefined) for (const instance of instances) wanted.set(instance.origin, { instance, check });
      }
    }
    for (const [origin, watch] of this.#watches) {
      const next = wanted.get(origin);
      if (next !== undefined && next.instance === watch.instance && isSame(next.check, watch.check)) continue;
      watch[Symbol.dispose]();
      watch.instance.healthy = true;
      this.#watches.delete(origin);
    }
    for (const [origin, { instance, check }] of wanted) {
      if (!this.#watches.has(origin)) this.#watches.set(origin, startWatch(instance, check, this.#log));
    }
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }
}

function startWatch(instance: Instance, check: HealthCheck, log: Log): Watch {
  // A connection for each question: whether new ones are taken is a part of it.
  const pool = new Pool(instance.origin, { connections: 1, idleMs: 0 });
  let failures = 0;
  let stopped = false;
  let timer = setTimeout(() => void ask(), check.periodMs);

  async function ask(): Promise<void> {
    const ok = await answers(pool, check);
    if (stopped) return;
    failures = ok ? 0 : failures + 1;
    const healthy = failures < FAILURES_UNTIL_DOWN;
    if (healthy !== instance.healthy)
      log(healthy ? "info" : "warn", healthy ? "instance.healthy" : "instance.unhealthy", { instance: instance.origin });
    instance.healthy = healthy;
    timer = setTimeout(() => void ask(), check.periodMs);
  }

  return {
    instance,
    check,
    [Symbol.dispose]() {
      stopped = true;
      clearTimeout(timer);
      void pool.destroy();
    },
  };
}

function answers(pool: Pool, { path, timeoutMs }: HealthCheck): Promise<boolean> {
  const request = { method: "GET", path, fields: "", body: Buffer.alloc(0) };
  return new Promise((resolve) => {
    readAnswer(pool, request, timeoutMs, (outcome) =>
      resolve("status" in outcome && outcome.status >= 200 && outcome.status < 300),
    );
  });
}

const isSame = (a: HealthCheck, b: HealthCheck) => a.path === b.path && a.periodMs === b.periodMs && a.timeoutMs === b.timeoutMs;
