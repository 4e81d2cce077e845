import { randomUUID } from "node:crypto";
import type { BlobAccess, BlobLocation } from "../../../planes/blob/index.ts";

/** Bytes that wait for the blob store; what comes beyond is refused. */
const MOST_WAITING = 16 * 2 ** 20;
const FLUSH_AFTER_MS = 1_000;
/** One block of an append blob, and how many of them a blob gets (Azure takes 50,000). */
const MOST_BLOCK = 4 * 2 ** 20;
const MOST_BLOCKS = 40_000;

interface Waiting {
  readonly at: BlobLocation;
  /** Data with a blob of its own is written before the line that names it. */
  readonly beside?: { readonly at: BlobLocation; readonly data: Buffer; readonly contentType: string };
  readonly line: string;
}

/** Appends lines to blobs, those of a second together; keeps what a failing blob store does not take, within bounds. */
export function createCollectionStore(access: BlobAccess, say: (line: string) => void) {
  const blocks = new Map<string, number>();
  let instance = randomUUID();
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function add(
    folder: BlobLocation,
    line: (url?: string) => string,
    beside: { readonly id: string; readonly data: Buffer; readonly contentType: string } | undefined,
  ): boolean {
    const at = { ...folder, path: `${folder.path}/${instance}.jsonl` };
    const apart = beside && { ...beside, at: { ...folder, path: `${folder.path}/${beside.id}` } };
    const one: Waiting = { at, line: line(apart && access.url(apart.at)), ...(apart === undefined ? {} : { beside: apart }) };
    const bytes = weigh(one);
    if (waitingBytes + bytes > MOST_WAITING && waiting.length > 0) return false;
    waitingBytes += bytes;
    waiting.push(one);
    timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS);
    return true;
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  async function write(): Promise<void> {
    const due = waiting;
    waiting = [];
    const left: Waiting[] = [];
    for (const lines of Map.groupBy(due, ({ at }) => `${at.account}/${at.container}/${at.path}`).values())
      left.push(...(await append(lines)));
    waiting = [...left, ...waiting];
    waitingBytes = waiting.reduce((bytes, one) => bytes + weigh(one), 0);
    if (left.length > 0) timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS);
  }

  /** Gives back those that were not written. */
  async function append(lines: readonly Waiting[]): Promise<readonly Waiting[]> {
    let done = 0;
    try {
      while (done < lines.length) {
        const block = blockOf(lines, done);
        for (const { beside } of block) if (beside !== undefined) await access.write(beside.at, beside.data, beside.contentType);
        const [first] = block;
        if (first === undefined) break;
        await access.append(first.at, block.map(({ line }) => line).join(""));
        done += block.length;
        count(first.at.path);
      }
    } catch (cause) {
      say(`collected data could not be written: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    return lines.slice(done);
  }

  function count(path: string): void {
    const written = (blocks.get(path) ?? 0) + 1;
    blocks.set(path, written);
    if (written < MOST_BLOCKS) return;
    blocks.clear();
    instance = randomUUID();
  }

  return {
    add,
    async close() {
      await flush();
      clearTimeout(timer);
      if (waiting.length > 0) say(`${waiting.length} collected events are lost`);
    },
  };
}

const weigh = ({ line, beside }: Waiting) => line.length + (beside?.data.length ?? 0);

function blockOf(lines: readonly Waiting[], from: number): Waiting[] {
  const block: Waiting[] = [];
  let bytes = 0;
  for (const one of lines.slice(from)) {
    bytes += Buffer.byteLength(one.line);
    if (block.length > 0 && bytes > MOST_BLOCK) break;
    block.push(one);
  }
  return block;
}
