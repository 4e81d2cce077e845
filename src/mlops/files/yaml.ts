import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { type Diagnostic, DiagnosticsError, QuaysideError } from "../../report/index.ts";
import { explain, listOf, valueAt } from "./explain.ts";
import { keysAt } from "./known-keys.ts";

/** A parsed file and where it stands, since its paths are relative to it. */
export interface Loaded<T> {
  readonly value: T;
  readonly file: string;
  readonly folder: string;
}

/**
 * Reads a YAML file and checks it against its schema. Every problem becomes a diagnostic at `file:line path`;
 * keys that Azure ML knows and Quayside does not support are refused by name, unknown keys as likely typos.
 */
export async function loadYaml<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  unsupported: Readonly<Record<string, string>> = {},
): Promise<Loaded<z.output<Schema>>> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new QuaysideError(`${show(file)} cannot be read`, { code: "files.not-found", fault: "user", cause, exitCode: 2 });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { version: "1.1", lineCounter: lines });
  const place = (offset: number | undefined) =>
    offset === undefined ? show(file) : `${show(file)}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    throw new DiagnosticsError(
      document.errors.map(
        (error): Diagnostic => ({
          code: "files.not-yaml",
          severity: "error",
          at: place(error.pos[0]),
          message: sentence(error.message),
        }),
      ),
    );
  }
  const value: unknown = document.toJS();
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, file, folder: dirname(file) };
  /** The line of a key, or of what should hold it. */
  const lineAt = (path: readonly PropertyKey[]): string => {
    const node = document.getIn(path as string[], true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined && path.length > 0 ? lineAt(path.slice(0, -1)) : place(offset);
  };
  const at = (path: readonly PropertyKey[]) => `${lineAt(path)}${path.length === 0 ? "" : ` ${path.join(".")}`}`;
  throw new DiagnosticsError(
    withoutConsequences(parsed.error.issues).flatMap((issue): Diagnostic[] => {
      if (issue.code !== "unrecognized_keys")
        return [{ severity: "error", at: at(issue.path), ...explain(issue, valueAt(value, issue.path)) }];
      return issue.keys.map((key) => {
        const reason = issue.path.length === 0 ? unsupported[key] : undefined;
        return {
          ...(reason === undefined
            ? { code: "files.unknown-key", message: `unknown key ${key}`, help: `it takes ${listOf(keysAt(schema, issue.path))}` }
            : { code: "files.unsupported-key", message: `${key} is not supported: ${reason}` }),
          severity: "error" as const,
          at: at([...issue.path, key]),
        };
      });
    }),
  );
}

/** A rule about several values says nothing more once one of them is wrong by itself. */
function withoutConsequences(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const own = issues.filter(({ code }) => code !== "custom");
  const isBelow = (path: readonly PropertyKey[], above: readonly PropertyKey[]) => above.every((key, at) => path[at] === key);
  return issues.filter((issue) => issue.code !== "custom" || !own.some(({ path }) => isBelow(path, issue.path)));
}

function show(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

/** The library's first line, without its own word about the place. */
function sentence(text: string): string {
  const line = (text.split("\n")[0] ?? text).replace(/:$/, "").replace(/ at line \d+, column \d+$/, "");
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}
