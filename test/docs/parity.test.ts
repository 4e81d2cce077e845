import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startTestCloud } from "../../src/cloud/testing.ts";
import { repository } from "../support/quayside.ts";

const FILE = "docs/parity.md";
/** What the page says about witnesses that it names without a folder. */
const DEFAULT_FOLDER = "src/cloud/providers/machine-learning";
const HEADER = ["supported", "simplified", "refused", "witness"];

interface Claim {
  readonly line: number;
  readonly section: string;
  readonly cells: readonly string[];
  readonly witnesses: readonly string[];
}

const text = readFileSync(join(repository, FILE), "utf8");
const { claims, headers } = read(text);

/** Rows of the page's tables, each under its heading. */
function read(page: string): { claims: Claim[]; headers: string[][] } {
  const found: Claim[] = [];
  const seen: string[][] = [];
  let section = "";
  let inTable = false;
  for (const [index, line] of page.split("\n").entries()) {
    if (line.startsWith("#")) section = line.replace(/^#+\s*/, "");
    const cells = line.startsWith("|") ? cellsOf(line) : undefined;
    if (cells === undefined) inTable = false;
    else if (!inTable) {
      inTable = true;
      seen.push(cells);
    } else if (!/^[\s|:-]+$/.test(line)) {
      found.push({ line: index + 1, section, cells, witnesses: testFiles(cells.at(-1) ?? "") });
    }
  }
  return { claims: found, headers: seen };
}

/** A pipe in a cell is written `\|`. */
function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function testFiles(cell: string): string[] {
  return [...cell.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path = ""]) =>
    /^(src|test|examples)\//.test(path) ? path : `${DEFAULT_FOLDER}/${path}`,
  );
}

test("every table has the same columns, and every row fills them", () => {
  expect(headers.length).toBeGreaterThan(2);
  for (const header of headers) expect(header.slice(1)).toEqual(HEADER);
  const crooked = claims.filter(({ cells }) => cells.length !== HEADER.length + 1 || cells[0] === "" || cells[1] === "");
  expect(crooked.map(({ line, cells }) => `${FILE}:${line} has ${cells.length} cells`)).toEqual([]);
});

test("every claim names a witness, and every witness exists", () => {
  expect(claims.length).toBeGreaterThan(20);
  expect(claims.filter(({ witnesses }) => witnesses.length === 0).map(({ line }) => `${FILE}:${line} names no test`)).toEqual([]);
  const missing = claims.flatMap(({ line, witnesses }) =>
    witnesses.filter((path) => !existsSync(join(repository, path))).map((path) => `${FILE}:${line} names ${path}`),
  );
  expect(missing).toEqual([]);
});

test("every test that a client of somebody else drives, and every crash and wire test, is a witness", () => {
  const named = new Set([...text.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path]) => path));
  const tests = ["clients", "crash", "wire"].flatMap((folder) =>
    readdirSync(join(repository, "test", folder))
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => `test/${folder}/${file}`),
  );
  expect(tests.length).toBeGreaterThan(8);
  expect(tests.filter((path) => !named.has(path))).toEqual([]);
});

test("every namespace has a row or a section, and every resource type is named", async () => {
  await using cloud = await startTestCloud();
  const described = claims.map(({ cells, section }) => `${section} ${cells.join(" ")}`).join("\n");
  const types = [...cloud.types.keys()];
  const namespaces = new Set(types.map((type) => type.slice(0, type.indexOf("/"))));
  expect(types.length).toBeGreaterThan(40);

  expect([...namespaces].filter((namespace) => !described.includes(namespace))).toEqual([]);
  // The last part of a type's name is how people call it: `agentPools`.
  expect(types.filter((type) => !described.toLowerCase().includes(words(type)))).toEqual([]);
});

function words(type: string): string {
  const name = type.slice(type.lastIndexOf("/") + 1);
  return (SAID_OTHERWISE[name] ?? name).toLowerCase();
}

/** Names that the page shortens or groups. */
const SAID_OTHERWISE: Readonly<Record<string, string>> = {
  onlineEndpoints: "online endpoints",
  deployments: "online deployments",
  versions: "versions",
  dataCollectionRules: "`Rules`",
  dataCollectionRuleAssociations: "`RuleAssociations`",
  A: "`A` records",
};
