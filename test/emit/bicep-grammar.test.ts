import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Language, type Node, Parser } from "web-tree-sitter";
import { emitBicep } from "../../src/emit/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { sampleProgram } from "./sample.ts";

/** A grammar of Bicep that others wrote and edit by: tree-sitter-bicep, as WebAssembly. It knows less than the compiler: `!(!x)` and a text that begins with `//` are too much for it. */
const GRAMMAR = join(dirname(createRequire(import.meta.url).resolve("tree-sitter-bicep/package.json")), "tree-sitter-bicep.wasm");

let parser: Parser;

beforeAll(async () => {
  await Parser.init();
  parser = new Parser();
  parser.setLanguage(await Language.load(GRAMMAR));
});

/** Places that the grammar has no rule for, each with its text. */
function errors(text: string): string[] {
  const tree = parser.parse(text);
  if (tree === null) throw new Error("nothing was parsed");
  const found: string[] = [];
  const visit = (node: Node) => {
    if (node.isError || node.isMissing) found.push(`line ${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`);
    else if (node.hasError) node.children.forEach(visit);
  };
  visit(tree.rootNode);
  tree.delete();
  return found;
}

const inPrinted = (program: Parameters<typeof emitBicep>[0]) =>
  [...emitBicep(program).files].filter(([path]) => path.endsWith(".bicep"));

test("the grammar finds nothing wrong with the platform and the sample, module by module", () => {
  const files = [...inPrinted(definePlatform()), ...inPrinted(sampleProgram())];

  expect(files.length).toBeGreaterThan(15);
  expect(files.flatMap(([path, text]) => errors(text).map((error) => `${path} ${error}`))).toEqual([]);
});

test.each([
  ["a brace that is not closed", "var x = {\n  a: 1\n"],
  ["a string that is not closed", "var x = 'a\nvar y = 1\n"],
  ["a resource without a type", "resource x = {\n}\n"],
  ["an interpolation that is not closed", "var x = 'a${y'\n"],
])("the grammar refuses %s", (_, text) => {
  expect(errors(text)).not.toEqual([]);
});
