import { usableCores } from "../cores.ts";
import { usableMemory } from "../memory.ts";

/** What a worker with a small model needs, with room for its requests. */
const WORKER_BYTES = 128 * 2 ** 20;

/** More would only compete, on any machine. */
const MAX_WORKERS = 256;

/**
 * How many processes compute: `auto` takes one for each usable processor, as long as memory lasts for them and the primary.
 * Without a word it is one: memory grows with each, and an endpoint has instances for more.
 */
export function workerCount(text: string | undefined, cores = usableCores(), memory = usableMemory()): number {
  if (text === undefined) return 1;
  if (text === "auto") return cores === 1 ? 1 : Math.max(1, Math.min(cores, Math.floor(memory / WORKER_BYTES) - 1));
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MAX_WORKERS)
    throw new Error(`the number of workers is ${text}; auto or an integer from 1 to ${MAX_WORKERS} is needed`);
  return count;
}
