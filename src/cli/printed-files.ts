import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type EmitResult, emitArm, emitBicep, emitKubernetes, emitScripts, emitTerraform } from "../emit/index.ts";
import type { Program } from "../ir/index.ts";
import { clusterObjects } from "../platform/index.ts";
import { DiagnosticsError, hasErrors } from "../report/index.ts";
import type { Target } from "./targets.ts";

/** Every target that the definition prints; a new one is a new row. */
export const EMITTERS: Readonly<Record<Target, (program: Program) => EmitResult>> = {
  arm: emitArm,
  bicep: emitBicep,
  terraform: emitTerraform,
  kubernetes: () => emitKubernetes(clusterObjects()),
  scripts: emitScripts,
};

/** Texts by their path, with `/` between folders. */
export type Files = ReadonlyMap<string, string>;

export interface Printed {
  readonly files: Files;
  /** Written where they are missing, and the deployer's own from then on. */
  readonly own: Files;
}

/** What the definition says in some targets; throws everything that one of them cannot say. */
export function print(
  program: Program,
  emitters: readonly ((program: Program) => EmitResult)[] = Object.values(EMITTERS),
): Printed {
  const results = emitters.map((emitter) => emitter(program));
  const diagnostics = results.flatMap((result) => result.diagnostics);
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics);
  return {
    files: new Map(results.flatMap(({ files }) => [...files])),
    own: new Map(results.flatMap(({ own }) => [...(own ?? [])])),
  };
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (isProgram(content)) await chmod(file, 0o755);
  }
}

/** Those of the files that are not there. */
export function missingFiles(folder: string, files: Files): Files {
  return new Map([...files].filter(([path]) => !existsSync(join(folder, path))));
}

/** The paths of files that are missing, differ or cannot be started. */
export async function staleFiles(folder: string, files: Files): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, content] of files) {
    const file = join(folder, path);
    const present = await readFile(file, "utf8").catch(() => undefined);
    if (present !== content || !(await hasRightMode(file, content))) stale.push(path);
  }
  return stale;
}

/** A file that names its interpreter is one to start. */
function isProgram(content: string): boolean {
  return content.startsWith("#!");
}

/** Windows has no such mode. */
async function hasRightMode(file: string, content: string): Promise<boolean> {
  return !isProgram(content) || process.platform === "win32" || ((await stat(file)).mode & 0o100) !== 0;
}
