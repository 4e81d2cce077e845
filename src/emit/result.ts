import type { Diagnostic } from "../report/index.ts";

/** What an emitter gives: files by path below the output folder, and what the target cannot say. No files when there is an error. */
export interface EmitResult {
  readonly files: ReadonlyMap<string, string>;
  /** Files that only begin something: whoever deploys owns them from then on, so they are never written again. */
  readonly own?: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}
