import { type Connection, openConnection } from "./connection.ts";
import { type LoadResult, quantiles, round } from "./samples.ts";

export interface OpenLoopOptions {
  readonly port: number;
  readonly request: Buffer;
  /** Requests a second, evenly spaced. */
  readonly rate: number;
  readonly seconds: number;
  /** How long after the last send answers are waited for. */
  readonly graceMs?: number;
}

/** More would only measure the kernel. */
const MOST_CONNECTIONS = 512;

/**
 * Sends on a fixed schedule whatever the answers do, and counts each latency from the moment at which the request was
 * due, so that a server that stalls cannot slow down its own measurement (coordinated omission). A request that finds
 * no idle connection opens another one; past the limit it waits for one, and its wait counts.
 */
export async function openLoop({ port, request, rate, seconds, graceMs = 2_000 }: OpenLoopOptions): Promise<LoadResult> {
  const total = Math.round(rate * seconds);
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const backlog: number[] = [];
  const latencies: number[] = [];
  const done = Promise.withResolvers<void>();
  let sent = 0;
  let failed = 0;
  let lost = 0;
  const started = performance.now() + 20;

  function send(connection: Connection, dueMs: number): void {
    connection.send(request, (answer) => {
      if (answer === undefined) lost++;
      else {
        latencies.push(performance.now() - dueMs);
        if (answer.status < 200 || answer.status > 299) failed++;
      }
      const next = backlog.shift();
      if (next === undefined) idle.push(connection);
      else send(connection, next);
      if (latencies.length + lost === total) done.resolve();
    });
  }

  function tick(): void {
    const now = performance.now();
    while (sent < total) {
      const dueMs = started + (sent * 1000) / rate;
      if (dueMs > now) break;
      sent++;
      const connection = idle.pop() ?? another();
      if (connection === undefined) backlog.push(dueMs);
      else send(connection, dueMs);
    }
    if (sent === total) return void setTimeout(() => done.resolve(), graceMs).unref();
    // A timer is up to a millisecond late, which would be most of what is measured: the last stretch is polled.
    if (started + (sent * 1000) / rate - performance.now() > 1.5) setTimeout(tick, 1);
    else setImmediate(tick);
  }

  function another(): Connection | undefined {
    if (all.length >= MOST_CONNECTIONS) return undefined;
    const connection = openConnection(port);
    all.push(connection);
    return connection;
  }

  tick();
  // Nothing else keeps the process alive while the last answers are out.
  const alive = setInterval(() => {}, 1_000);
  await done.promise;
  clearInterval(alive);
  const answered = latencies.length;
  for (const connection of all) connection.close();
  return {
    seconds,
    sent,
    answered,
    failed,
    lost,
    unanswered: total - answered - lost,
    perSecond: round(answered / seconds, 1),
    latencyMs: quantiles(latencies),
  };
}
