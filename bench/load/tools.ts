import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

export const ROOT = join(import.meta.dirname, "..", "..");
/** What benchmarks install; git does not see it. */
const TOOLS = join(ROOT, ".tools");
const run = promisify(execFile);

/** Where an installed tool is, or in one line why it is not there. */
export type Installed = { readonly folder: string } | { readonly error: string };

/** A virtual environment with these packages of the Python index; made once. */
export async function ensureVenv(name: string, packages: readonly string[]): Promise<Installed> {
  const folder = join(TOOLS, "peers", name);
  const done = join(folder, ".packages");
  if (existsSync(done)) return { folder };
  return attempt(folder, async () => {
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin", "pip"), ["install", "--quiet", ...packages], { maxBuffer: 2 ** 26 });
    writeFileSync(done, packages.join("\n"));
  });
}

/** Programs of Debian packages, unpacked beside the project instead of installed, with the libraries they need. */
export async function ensureDebian(packages: readonly string[]): Promise<Installed> {
  const folder = join(TOOLS, "debian");
  const done = join(folder, ".packages");
  const root = join(folder, "root");
  if (existsSync(done)) return { folder: root };
  return attempt(root, async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    await run("apt-get", ["update"], { maxBuffer: 2 ** 26 });
    await run("apt-get", ["download", ...packages], { cwd: folder });
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith(".deb")))
      await run("dpkg-deb", ["-x", file, root], { cwd: folder });
    writeFileSync(done, packages.join("\n"));
  });
}

/** `name version` of those packages that a result should name. */
export async function packageVersions(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await run(join(folder, "bin", "pip"), ["list", "--format", "json"], { maxBuffer: 2 ** 26 });
  const listed = JSON.parse(stdout) as { name: string; version: string }[];
  return Object.fromEntries(
    listed.filter(({ name }) => names.includes(name.toLowerCase())).map(({ name, version }) => [name, version]),
  );
}

export const modelsFolder = join(TOOLS, "bench-models");

async function attempt(folder: string, install: () => Promise<void>): Promise<Installed> {
  try {
    await install();
    return { folder };
  } catch (cause) {
    const text = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : String(cause);
    return { error: text.trim().split("\n").at(-1) ?? "unknown" };
  }
}
