/**
 * For `--import`: measures how long each turn of the event loop keeps the processor, in time of this thread, so that what else
 * the machine does counts little. On each SIGUSR2 it prints what was since the last one, and spends 60 ms in a turn as a control.
 */
import { isMainThread } from "node:worker_threads";

const CONTROL_MS = 60;

export interface Turns {
  /** The longest turn in milliseconds, without the control. */
  readonly longestMs: number;
  readonly totalMs: number;
  /** The control, as it was seen. */
  readonly controlMs: number;
}

const NOTHING: Turns = { longestMs: 0, totalMs: 0, controlMs: 0 };
let seen = NOTHING;
let last = process.threadCpuUsage();
let isControl = false;
let isLookDue = false;

function turn(): void {
  const { user, system } = process.threadCpuUsage(last);
  last = process.threadCpuUsage();
  const ms = (user + system) / 1000;
  if (isControl) seen = { ...seen, controlMs: ms };
  else seen = { ...seen, longestMs: Math.max(seen.longestMs, ms), totalMs: seen.totalMs + ms };
  isControl = false;
  if (isLookDue) look();
  setImmediate(turn);
}

function look(): void {
  process.stdout.write(`turns:${JSON.stringify(seen)}\n`);
  seen = NOTHING;
  isLookDue = false;
  isControl = true;
  for (const end = process.threadCpuUsage().user + CONTROL_MS * 1000; process.threadCpuUsage().user < end; );
}

// Threads that the process starts import this too.
if (isMainThread) setImmediate(turn);
// The turn that is under way belongs to what was before the signal.
process.on("SIGUSR2", () => (isLookDue = true));
