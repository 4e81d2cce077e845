import { openConnection } from "./connection.ts";
import { type LoadResult, quantiles, round } from "./samples.ts";

export interface ClosedLoopOptions {
  readonly port: number;
  readonly request: Buffer;
  readonly connections: number;
  readonly seconds: number;
  /** Ends earlier when so many are sent. */
  readonly requests?: number;
}

/** Each connection asks again as soon as it is answered: the peak rate. Its latencies say little about users (see `openLoop`). */
export async function closedLoop({
  port,
  request,
  connections,
  seconds,
  requests = Number.POSITIVE_INFINITY,
}: ClosedLoopOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let sent = 0;
  let failed = 0;
  let lost = 0;
  const started = performance.now();
  const end = started + seconds * 1000;

  const worker = (): Promise<void> =>
    new Promise((resolve) => {
      const connection = openConnection(port);
      const next = (): void => {
        const sentAt = performance.now();
        if (sentAt >= end || sent >= requests) {
          connection.close();
          return resolve();
        }
        sent++;
        connection.send(request, (answer) => {
          if (answer === undefined) {
            lost++;
            // A server that is gone would make this a busy loop.
            setTimeout(next, 10);
            return;
          }
          latencies.push(performance.now() - sentAt);
          if (answer.status < 200 || answer.status > 299) failed++;
          next();
        });
      };
      next();
    });
  await Promise.all(Array.from({ length: connections }, worker));
  const elapsed = (performance.now() - started) / 1000;
  return {
    seconds: round(elapsed),
    sent,
    answered: latencies.length,
    failed,
    lost,
    unanswered: 0,
    perSecond: round(latencies.length / elapsed, 1),
    latencyMs: quantiles(latencies),
  };
}
