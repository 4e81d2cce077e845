import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";

/** The folder of this package. */
export const packageRoot = join(import.meta.dirname, "..", "..");

/** A module of `src/` that is started as a process of its own: TypeScript in the repository, JavaScript once the package is built. */
export function executable(path: string): string {
  return join(import.meta.dirname, "..", `${path}${extname(import.meta.filename)}`);
}

/** The folder whose `node_modules` holds this package's dependencies: its own, or the one that it was installed into. */
export function dependencyRoot(): string {
  const library = dirname(createRequire(import.meta.url).resolve("ml-random-forest/package.json"));
  return join(library, "..", "..");
}

/** A model folder as the caller names it; the example comes with the package, so it can be named from anywhere. */
export function modelFolder(folder: string, resolved: string): string {
  const shipped = join(packageRoot, folder);
  return existsSync(resolved) || !existsSync(shipped) ? resolved : shipped;
}
