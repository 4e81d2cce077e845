import type { Reporter } from "../../report/index.ts";

/** What a command's text goes through: progress as it happens, the result at the end. */
export interface Renderer extends Reporter {
  /** The command's result: `text` for people, `value` for `--json`. */
  result(text: string, value: unknown): void;
  /** One clear line about what went wrong. */
  failure(failure: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string | undefined;
    readonly findings?: readonly string[];
  }): void;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** Where text goes; `process.stdout` and `process.stderr` fit. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Streams {
  readonly out: Output;
  readonly err: Output;
}
