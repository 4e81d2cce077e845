import { buildCommand, type Command, type TypedCommandParameters } from "@stricli/core";
import { InternalError } from "../base/index.ts";
import { DiagnosticsError, EXIT, QuaysideError } from "../report/index.ts";
import type { Platform } from "./config.ts";
import { type Context, DONE, INTERRUPTED, type Outcome, type Workbench } from "./context.ts";
import { chooseRenderer, type Renderer } from "./render/index.ts";

type BaseFlags = Readonly<Record<string, unknown>>;

/** `--json` is on every command. */
export interface SharedFlags extends BaseFlags {
  readonly json: boolean;
}

const SHARED = {
  json: { kind: "boolean", brief: "Print JSON lines: events as they happen, then the result or the error", default: false },
} as const;

export interface CommandDefinition<Flags extends BaseFlags, Args extends readonly (string | number | undefined)[]> {
  readonly brief: string;
  readonly fullDescription?: string;
  readonly flags?: object;
  readonly positional?: object;
  readonly aliases?: object;
  run(flags: Flags & SharedFlags, bench: Workbench, ...args: Args): Promise<Outcome | void>;
}

/** A command: its words as data, its work as a function that gets a workbench and gives an exit code. Errors become one clear line here and nowhere else. */
export function command<Flags extends BaseFlags, Args extends readonly (string | number | undefined)[] = []>(
  definition: CommandDefinition<Flags, Args>,
): Command<Context> {
  return buildCommand<SharedFlags, readonly string[], Context>({
    docs: {
      brief: definition.brief,
      ...(definition.fullDescription === undefined ? {} : { fullDescription: definition.fullDescription }),
    },
    // The builder's types tie each flag to its parser, which a shared wrapper cannot express; the tables are checked where they are written.
    parameters: {
      flags: { ...definition.flags, ...SHARED },
      ...(definition.positional === undefined ? {} : { positional: definition.positional }),
      ...(definition.aliases === undefined ? {} : { aliases: definition.aliases }),
    } as unknown as TypedCommandParameters<SharedFlags, readonly string[], Context>,
    async func(this: Context, flags: SharedFlags, ...args: readonly string[]) {
      const renderer = chooseRenderer({ out: this.process.stdout, err: this.process.stderr }, flags.json, this.env);
      const { env, cwd, signal } = this;
      let platform: Promise<Platform> | undefined;
      try {
        this.process.exitCode =
          (await definition.run(
            flags as Flags & SharedFlags,
            {
              renderer,
              env,
              cwd,
              signal,
              confirm: (question) => this.confirm(question),
              platform: () => (platform ??= import("./config.ts").then(({ loadPlatform }) => loadPlatform(cwd))),
            },
            ...(args as unknown as Args),
          )) ?? DONE;
      } catch (error) {
        this.process.exitCode = explain(error, renderer, signal);
      } finally {
        renderer.close();
      }
    },
  });
}

function explain(error: unknown, renderer: Renderer, signal: AbortSignal): Outcome {
  if (signal.aborted) {
    renderer.failure({ code: "cli.interrupted", message: "interrupted; what was being made was let go" });
    return INTERRUPTED;
  }
  if (error instanceof DiagnosticsError) {
    for (const { code, at, message, help } of error.diagnostics)
      renderer.failure({ code, message: `${at}: ${message}`, hint: help });
    return error.exitCode;
  }
  if (error instanceof QuaysideError) {
    const { code, message, hint, findings } = error;
    renderer.failure({ code, message, hint, ...(findings.length === 0 ? {} : { findings }) });
    return error.exitCode;
  }
  const system = error instanceof Error && "code" in error ? SYSTEM[String(error.code)] : undefined;
  if (system !== undefined && error instanceof Error) {
    renderer.failure({ code: system.code, message: error.message, hint: system.hint });
    return EXIT.failed;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  renderer.failure({
    code: "internal",
    message: error instanceof InternalError ? stack : `internal error, this is a bug: ${stack}`,
  });
  return EXIT.bug;
}

/** What the machine refuses, in our words. */
const SYSTEM: Readonly<Record<string, { readonly code: string; readonly hint: string }>> = {
  ENOSPC: { code: "system.disk-full", hint: "free some space and run the command again" },
  EACCES: { code: "system.no-permission", hint: "the folder must be writable for you" },
  EROFS: { code: "system.read-only", hint: "choose a writable folder with --state" },
  EADDRINUSE: { code: "system.port-in-use", hint: "choose another port or stop what listens there" },
  EMFILE: { code: "system.too-many-files", hint: "raise the limit of open files (ulimit -n)" },
};
