import { accessChain, isRuntimeAccess, literalKey, type Node, type Program, walk } from "../../ir/index.ts";
import { isIdentifier } from "./quote.ts";

/** For each resource the paths that the program reads after its deployment: what `response_export_values` must bring. */
export function exportedPaths(program: Program): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const visit = (start: Node) =>
    walk(start, (node) => {
      if (node.kind !== "access") return;
      const chain = accessChain(node);
      if (chain.root.kind !== "resource") return;
      if (isRuntimeAccess(chain)) {
        const paths = found.get(chain.root.symbol) ?? new Set();
        found.set(chain.root.symbol, paths.add(plainPath(chain.keys).join(".")));
      }
      for (const key of chain.keys) visit(key);
      return false;
    });
  for (const { value } of program.variables) visit(value);
  for (const { body } of program.resources) visit(body);
  for (const { value } of program.outputs) visit(value);
  return new Map([...found].map(([symbol, paths]) => [symbol, outermost([...paths])]));
}

/** The leading keys that are plain names; dots part them in the list. */
function plainPath(keys: readonly Node[]): string[] {
  const path: string[] = [];
  for (const key of keys) {
    const word = literalKey(key);
    if (word === undefined || !isIdentifier(word)) break;
    path.push(word);
  }
  return path;
}

function outermost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && path.startsWith(`${other}.`)));
}
