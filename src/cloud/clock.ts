import type { CloudClock } from "./contract.ts";

/**
 * `instant`: when nothing is left to do, time jumps to the earliest sleeper, so operations that overlap keep overlapping
 * and the virtual critical path is what it would be on Azure. `realtime`: durations are waited for. `manual`: time
 * stands until `advance`.
 */
export type ClockMode = "instant" | "realtime" | "manual";

export interface ClockOptions {
  readonly mode: ClockMode;
  /** Virtual milliseconds that earlier runs skipped. */
  readonly skippedMs?: number;
  readonly onSkip?: (skippedMs: number) => void;
}

export interface RunningClock extends CloudClock {
  readonly mode: ClockMode;
  /** Forgets everybody who sleeps. */
  close(): void;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Node's timers hold no more than a signed 32-bit number of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Turns of the event loop without a new sleeper after which it counts as idle: one for promises, one for sockets that were ready. */
const IDLE_TURNS = 3;

export function createClock(options: ClockOptions): RunningClock {
  const sleepers = new Set<Sleeper>();
  let skipped = options.skippedMs ?? 0;
  const frozenAt = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let idleTurns = 0;
  let watching = false;
  let closed = false;

  const now = () => (options.mode === "manual" ? frozenAt : Date.now()) + skipped;
  const earliest = () => Math.min(...[...sleepers].map((sleeper) => sleeper.due));

  function skip(ms: number): void {
    if (ms <= 0) return;
    skipped += ms;
    options.onSkip?.(skipped);
  }

  function wakeDue(): void {
    const due = [...sleepers].filter((sleeper) => sleeper.due <= now()).sort((a, b) => a.due - b.due);
    for (const sleeper of due) {
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    arrange();
  }

  /** Makes sure that the next sleeper will be woken. */
  function arrange(): void {
    idleTurns = 0;
    if (closed || sleepers.size === 0 || options.mode === "manual") return;
    if (options.mode === "realtime") {
      clearTimeout(timer);
      timer = setTimeout(wakeDue, Math.min(LONGEST_TIMER_MS, Math.max(0, earliest() - now())));
      return;
    }
    if (watching) return;
    watching = true;
    setImmediate(watch);
  }

  function watch(): void {
    idleTurns += 1;
    if (closed || sleepers.size === 0) {
      watching = false;
    } else if (idleTurns < IDLE_TURNS) {
      setImmediate(watch);
    } else {
      watching = false;
      skip(earliest() - now());
      wakeDue();
    }
  }

  return {
    mode: options.mode,
    now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          due: now() + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
        };
        const abort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", abort, { once: true });
        sleepers.add(sleeper);
        arrange();
      }),
    advance: (ms) => {
      skip(ms);
      wakeDue();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      sleepers.clear();
    },
  };
}
