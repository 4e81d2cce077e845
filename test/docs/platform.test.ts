import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { platformTables } from "./platform-tables.ts";

const file = join(import.meta.dirname, "../../docs/platform.md");
const between = (word: string) => new RegExp(`(<!-- ${word}: generated -->\n)[^]*?(<!-- end -->)`);

test("the tables of docs/platform.md are what the definition has; RECORD=1 rewrites them", () => {
  const written = readFileSync(file, "utf8");
  const tables = Object.entries(platformTables());
  const missing = tables.filter(([word]) => !between(word).test(written)).map(([word]) => word);

  const fresh = tables.reduce(
    (text, [word, table]) => text.replace(between(word), (_, before: string, after: string) => `${before}${table}\n${after}`),
    written,
  );
  if (process.env.RECORD === "1") writeFileSync(file, fresh);

  expect(missing).toEqual([]);
  expect(readFileSync(file, "utf8")).toBe(fresh);
});

test("every role assignment says who gets which role where and why", () => {
  const rows = (platformTables().roles ?? "").split("\n").slice(2);

  expect(rows.length).toBeGreaterThan(15);
  expect(
    rows.filter((row) =>
      row
        .split("|")
        .slice(1, 5)
        .some((cell) => ["", "``"].includes(cell.trim())),
    ),
  ).toEqual([]);
});
