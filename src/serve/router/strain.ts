import { performance } from "node:perf_hooks";

const WINDOW_MS = 250;
/** Share of a window in which the event loop worked. Near 1 requests queue up, and whatever can be left out makes them wait less. */
const MOST_BUSY = 0.9;

/** Whether this process is near the end of its core, by its event loop's last quarter of a second. */
export function watchStrain(): Disposable & { readonly isHigh: () => boolean } {
  let before = performance.eventLoopUtilization();
  let high = false;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    high = performance.eventLoopUtilization(now, before).utilization > MOST_BUSY;
    before = now;
  }, WINDOW_MS);
  timer.unref();
  return { isHigh: () => high, [Symbol.dispose]: () => clearInterval(timer) };
}
