import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The files of a folder by path, orphans included, to compare with what is made now. `RECORD=1` rewrites the folder first. */
export function recorded(folder: string, made: Readonly<Record<string, string>>): Record<string, string> {
  if (process.env.RECORD === "1") record(folder, made);
  return Object.fromEntries(filesBelow(folder).map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

function record(folder: string, made: Readonly<Record<string, string>>): void {
  for (const path of filesBelow(folder)) if (!Object.hasOwn(made, path)) rmSync(join(folder, path));
  for (const [path, text] of Object.entries(made)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
