export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Reads what was appended to a text since the last time; a line that is not ended yet waits for its end. */
export interface Tail {
  /** `size`: how many bytes there are by now. A text that became shorter is another one and is read from its start. */
  readTo(size: number): Promise<Line[]>;
}

/** A look must end: what is beyond is read at the next one. */
const MOST_BYTES = 32 * 2 ** 20;

export function tailOf(read: (from: number, bytes: number) => Promise<Buffer>): Tail {
  let [offset, count] = [0, 0];
  return {
    async readTo(size) {
      if (size < offset) [offset, count] = [0, 0];
      if (size === offset) return [];
      const buffer = await read(offset, Math.min(size - offset, MOST_BYTES));
      const end = buffer.lastIndexOf("\n") + 1;
      offset += end;
      const lines = buffer.toString("utf8", 0, end).split("\n").slice(0, -1);
      return lines.map((text) => ({ number: ++count, text }));
    },
  };
}
