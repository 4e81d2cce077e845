import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/quayside.ts";

const FILE = "docs/decisions.md";
const packageJson = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

interface Named {
  readonly pattern: string;
  readonly isDev: boolean;
}

/** Packages in the first column of the page's table of dependencies; `@scope/name-*` stands for several. */
function named(): Named[] {
  const text = readFileSync(join(repository, FILE), "utf8");
  const table = text.slice(text.indexOf("| package | why |")).split("\n\n")[0] ?? "";
  return table
    .split("\n")
    .slice(2)
    .flatMap((row) => {
      const cell = row.split("|")[1] ?? "";
      return [...cell.matchAll(/`([^`]+)`/g)].map(([, pattern = ""]) => ({ pattern, isDev: cell.includes("(dev)") }));
    });
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

test.each([
  ["dependencies", false],
  ["devDependencies", true],
] as const)("every package in %s has its reason in the decisions, and no reason is left over", (kind, isDev) => {
  const installed = Object.keys(packageJson[kind]);
  const reasons = named().filter((reason) => reason.isDev === isDev);
  expect(reasons.length).toBeGreaterThan(3);

  expect(installed.filter((name) => !reasons.some(({ pattern }) => matches(pattern, name)))).toEqual([]);
  expect(
    reasons.filter(({ pattern }) => !installed.some((name) => matches(pattern, name))).map(({ pattern }) => pattern),
  ).toEqual([]);
});
