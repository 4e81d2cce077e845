import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { InternalError } from "../base/index.ts";
import type { Config } from "../config/index.ts";
import { checkParameters, checkProgram, type Program } from "../ir/index.ts";
import { definePlatform } from "../platform/index.ts";
import { type Diagnostic, DiagnosticsError, QuaysideError } from "../report/index.ts";
import { executable } from "./package.ts";

const FILE = "quayside.config.ts";

/** A team's configuration and the platform that it makes; without a file, the platform as it comes. */
export interface Platform {
  readonly config: Config;
  readonly program: Program;
}

const shape = z.strictObject({
  resourceGroup: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  parameters: z.record(z.string(), z.json()).optional(),
  extend: z.function().optional(),
});

/** Reads `quayside.config.ts` of a folder. What is wrong with it is told with its place, as {@link DiagnosticsError}. */
export async function loadPlatform(folder: string): Promise<Platform> {
  const file = join(folder, FILE);
  if (!existsSync(file)) return { config: {}, program: definePlatform() };
  const source = readFileSync(file, "utf8");
  const config = parse((await load(file)).default, source);
  const wrong = checkParameters(definePlatform(), { ...config.parameters } as Parameters<typeof checkParameters>[1]);
  refuse(wrong.map((diagnostic) => ({ ...diagnostic, at: placeOf(source, diagnostic.at.split(".")[1] ?? "") })));
  let program: Program;
  try {
    program = definePlatform(config);
  } catch (error) {
    throw explain(error, "config.extend-failed");
  }
  refuse(checkProgram(program).map((diagnostic) => ({ ...diagnostic, at: `${FILE}: ${diagnostic.at}` })));
  return { config, program };
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  // The configuration's `quayside` is this very program, wherever the file lies: expressions are recognised by their class.
  const entry = pathToFileURL(executable("config/index")).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "quayside" ? { url: entry, shortCircuit: true } : next(specifier, context),
  });
  try {
    return (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw explain(error, "config.unreadable");
  } finally {
    hooks.deregister();
  }
}

function parse(exported: unknown, source: string): Config {
  if (exported === undefined)
    throw problem("config.no-default", FILE, "it exports nothing by default", "export default defineConfig({ ... })");
  const parsed = shape.safeParse(exported);
  if (parsed.success) return exported as Config;
  throw new DiagnosticsError(
    parsed.error.issues.map((issue) => {
      const key = issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path[0];
      return diagnostic(
        "config.invalid",
        placeOf(source, String(key ?? "")),
        issue.code === "unrecognized_keys"
          ? `there is no setting ${issue.keys.join(", ")}`
          : `${issue.path.join(".") || "the default export"}: ${issue.message.replace(/^I/, "i")}`,
        `settings are ${Object.keys(shape.shape).join(", ")}`,
      );
    }),
  );
}

/** An error of the file's own code, with the place in the file that it came from. */
function explain(error: unknown, code: string): DiagnosticsError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const [, line, column] = /quayside\.config\.ts:(\d+)(?::(\d+))?/.exec(stack ?? "") ?? [];
  const at = [FILE, line, column].filter((part) => part !== undefined).join(":");
  const said =
    error instanceof InternalError ? error.claim : (message.split("\n").find((text) => text.trim() !== "") ?? "it throws");
  const known = error instanceof QuaysideError ? error : undefined;
  return problem(known?.code ?? code, at, said, known?.hint);
}

/** The first line that gives a setting or a parameter of this name. */
function placeOf(source: string, name: string): string {
  const keys = source.split("\n").map((line): string[] => line.match(/[\w$]+(?=["']?\s*[:(,])/g) ?? []);
  const at = keys.findIndex((words) => words.includes(name));
  return at < 0 ? FILE : `${FILE}:${at + 1}`;
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new DiagnosticsError(errors);
}

function problem(code: string, at: string, message: string, help?: string): DiagnosticsError {
  return new DiagnosticsError([diagnostic(code, at, message, help)]);
}

function diagnostic(code: string, at: string, message: string, help?: string): Diagnostic {
  return { code, severity: "error", at, message, ...(help === undefined ? {} : { help }) };
}
