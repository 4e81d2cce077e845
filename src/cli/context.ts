import type { CommandContext } from "@stricli/core";
import { EXIT } from "../report/index.ts";
import type { Platform } from "./config.ts";
import type { Output, Renderer } from "./render/index.ts";

/** What the process gives to commands; tests give their own. */
export interface Context extends CommandContext {
  readonly process: { readonly stdout: Output; readonly stderr: Output; exitCode?: number | string | null };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal;
  /** Asks on a terminal; answers no where there is nobody to ask. */
  confirm(question: string): Promise<boolean>;
}

/** What a command's work is done with. */
export interface Workbench {
  /** The platform as `quayside.config.ts` of the working folder makes it, or as it comes; read once. */
  platform(): Promise<Platform>;
  readonly renderer: Renderer;
  readonly env: Context["env"];
  readonly cwd: string;
  readonly signal: AbortSignal;
  confirm(question: string): Promise<boolean>;
}

/** Interrupted by the person: 128 + SIGINT, as shells expect. */
export const INTERRUPTED = 130;

export type Outcome = number;

export const DONE = EXIT.done;
