import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Node as OxcNode, parseSync } from "oxc-parser";
import { repository } from "../support/quayside.ts";

/** A node of a parsed module; members are looked at one by one, as no printer of pages needs more than a few kinds. */
export type SyntaxNode = OxcNode & { readonly [member: string]: unknown };

export interface Module {
  /** Below the repository. */
  readonly path: string;
  readonly text: string;
  readonly program: SyntaxNode;
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[];
}

export function parseModule(path: string): Module {
  const text = readFileSync(join(repository, path), "utf8");
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return { path, text, program: program as unknown as SyntaxNode, comments };
}

/** Every module of `src/` that is no test. */
export function sourceModules(): Module[] {
  return readdirSync(join(repository, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !/\.test\.ts$|testing/.test(entry.name))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("/testing/"))
    .sort()
    .map(parseModule);
}

/** Depth first, in the order of the text. */
export function* descendants(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member]) if (isNode(child)) yield* descendants(child);
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
