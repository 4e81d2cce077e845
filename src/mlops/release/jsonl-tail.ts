import { open } from "node:fs/promises";

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Reads what was appended to a text file since the last time; a line that is not ended yet waits for its end. */
export interface Tail {
  /** Nothing when there is no file yet. A file that became shorter is another one and is read from its start. */
  read(): Promise<Line[]>;
}

/** A look must end: what is beyond is read at the next one. */
const MOST_BYTES = 32 * 2 ** 20;

export function tailOf(file: string): Tail {
  let [offset, count] = [0, 0];
  return {
    async read() {
      const handle = await open(file, "r").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      });
      if (handle === undefined) return [];
      try {
        const { size } = await handle.stat();
        if (size < offset) [offset, count] = [0, 0];
        const buffer = Buffer.alloc(Math.min(size - offset, MOST_BYTES));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
        const end = buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1;
        offset += end;
        const lines = buffer.toString("utf8", 0, end).split("\n").slice(0, -1);
        return lines.map((text) => ({ number: ++count, text }));
      } finally {
        await handle.close();
      }
    },
  };
}
