import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { type Diagnostic, DiagnosticsError, QuaysideError } from "../../report/index.ts";

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
          message: firstLine(error.message),
        }),
      ),
    );
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { value: parsed.data, file, folder: dirname(file) };
  const at = (path: readonly PropertyKey[]) => {
    const node = document.getIn(path as string[], true);
    return `${place(isNode(node) ? node.range?.[0] : undefined)}${path.length === 0 ? "" : ` ${path.join(".")}`}`;
  };
  throw new DiagnosticsError(
    parsed.error.issues.flatMap((issue): Diagnostic[] => {
      if (issue.code !== "unrecognized_keys")
        return [{ code: "files.invalid", severity: "error", at: at(issue.path), message: issue.message }];
      return issue.keys.map((key) => {
        const reason = issue.path.length === 0 ? unsupported[key] : undefined;
        return {
          ...(reason === undefined
            ? { code: "files.unknown-key", message: `unknown key ${key}`, help: "check the spelling against the schema" }
            : { code: "files.unsupported-key", message: `${key} is not supported: ${reason}` }),
          severity: "error" as const,
          at: at([...issue.path, key]),
        };
      });
    }),
  );
}

function show(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.replace(/:$/, "") ?? text;
}
