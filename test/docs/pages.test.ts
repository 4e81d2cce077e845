import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/quayside.ts";

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" })
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(repository, path)));

test("every link of a page to a file leads to one", () => {
  const pages = tracked.filter((path) => path.endsWith(".md"));
  expect(pages.length).toBeGreaterThan(3);
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(repository, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target.replace(/#.*$/, ""))
      .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(repository, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test("no file names a place on somebody's machine", () => {
  const home = /(?:\/(?:Users|home|root|work)\/[\w.-]+\/|\/tmp\/[\w.-]+\/|[A-Z]:\\Users\\)/;
  const texts = tracked.filter((path) => /\.(ts|js|json|md|yml|yaml|bicep|tf|sh|html|css)$/.test(path));
  expect(texts.length).toBeGreaterThan(200);
  const found = texts.flatMap((path) =>
    readFileSync(join(repository, path), "utf8")
      .split("\n")
      .flatMap((line, at) => (home.test(line) ? [`${path}:${at + 1} ${line.trim().slice(0, 100)}`] : [])),
  );
  expect(found).toEqual([]);
});
