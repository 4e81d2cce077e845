import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quayside, repository, startQuayside, temporaryFolder } from "../support/quayside.ts";

test("a new repository has everything, is fresh, type-checks, and quayside up works in it", { timeout: 120_000 }, async () => {
  using folder = temporaryFolder();
  const cwd = join(folder.path, "our-models");
  const inside = (...inputs: string[]) => startQuayside(inputs, { cwd }).finished;

  const made = await startQuayside(["init", "our-models"], { cwd: folder.path }).finished;
  expect(made.code, made.err).toBe(0);
  for (const path of [
    "quayside.config.ts",
    ".gitignore",
    "README.md",
    "bicep/parameters.prod.json",
    "model/release.yml",
    "terraform/cluster.tf",
  ])
    expect(existsSync(join(cwd, path)), path).toBe(true);
  expect(JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"))).toMatchObject({ name: "our-models", private: true });

  expect((await inside("emit", "all", "--check")).code).toBe(0);
  expect(readFileSync(join(cwd, "bicep/main.bicep"), "utf8")).toContain("team: 'ml'");
  typeCheck(cwd);

  const ours = join(cwd, "bicep/parameters.prod.json");
  writeFileSync(ours, "{}\n");
  expect((await inside("emit", "all")).code).toBe(0);
  expect(readFileSync(ours, "utf8")).toBe("{}\n");
  rmSync(ours);
  expect((await inside("emit", "bicep", "--check")).err).toContain("bicep/parameters.prod.json");

  const up = await inside("up", "--json", "-p", "bicep/parameters.dev.json");
  expect(up.code, up.err).toBe(0);
  expect(up.out).toContain('"model":{"name":"iris"');
});

/** As `npm run check` of the new repository does, with this package in the place of the published one. */
function typeCheck(cwd: string): void {
  const settings = JSON.parse(readFileSync(join(cwd, "tsconfig.json"), "utf8")) as { compilerOptions: object; include: string[] };
  const paths = { quayside: [join(repository, "src/config/index.ts")] };
  const file = join(cwd, "tsconfig.test.json");
  const compilerOptions = {
    ...settings.compilerOptions,
    paths,
    allowImportingTsExtensions: true,
    lib: ["ES2024", "ESNext.Disposable"],
    types: ["node"],
    typeRoots: [join(repository, "node_modules/@types")],
  };
  writeFileSync(file, JSON.stringify({ ...settings, compilerOptions }));
  execFileSync(join(repository, "node_modules/.bin/tsc"), ["-p", file], { stdio: "pipe" });
}

test("nothing is overwritten, and then nothing is written", async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, "terraform"));
  writeFileSync(join(folder.path, "README.md"), "ours\n");
  writeFileSync(join(folder.path, "terraform/main.tf"), "# ours\n");

  const { code, err } = await quayside(["init"], { cwd: folder.path });

  expect(err).toContain(`${folder.path} has README.md, terraform/main.tf already; nothing was written`);
  expect(code).toBe(1);
  expect(readFileSync(join(folder.path, "README.md"), "utf8")).toBe("ours\n");
  expect(existsSync(join(folder.path, "bicep"))).toBe(false);
});
