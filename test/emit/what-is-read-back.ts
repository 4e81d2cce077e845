import { isObject, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import { accessChain, type EvaluationOptions, evaluateProgram, type Node, type Program, walk } from "../../src/ir/index.ts";

/** What is deployed at an id: the whole resource, or its properties. */
export type Deployed = (id: string, full: boolean) => JsonValue;

/** Resources that hold a text wherever the program reads one back; `full` gives the whole resource, otherwise its properties. */
export function whatIsReadBack(program: Program, options: EvaluationOptions): Deployed {
  const { resources } = evaluateProgram(program, options);
  const known = new Map<string, JsonObject>(resources.map(({ symbol }) => [symbol, { properties: {} }]));
  const nodes = [
    ...program.resources.map(({ body }) => body),
    ...program.outputs.map(({ value }) => value),
    ...program.variables.map(({ value }) => value),
  ];
  for (const node of nodes) {
    walk(node, (inner) => {
      const { root, keys } = accessChain(inner);
      if (root.kind !== "resource" || keys.length < 2) return;
      const path = keys.map(keyOf);
      place(known.get(root.symbol) ?? {}, path, `${root.symbol}.${path.join(".")}`);
      return false;
    });
  }
  const byId = new Map(resources.map(({ symbol, id }) => [id, known.get(symbol)]));
  return (id, full) => (full ? (byId.get(id) ?? null) : (byId.get(id)?.properties ?? null));
}

function keyOf(key: Node): string | number {
  return key.kind === "literal" && (typeof key.value === "string" || typeof key.value === "number") ? key.value : "";
}

type Holder = Record<string | number, JsonValue | undefined>;

/** Writes a text where nothing stands yet, with the objects and lists that lead there. */
function place(at: JsonObject, path: readonly (string | number)[], text: string): void {
  let holder: Holder = at;
  path.slice(0, -1).forEach((key, depth) => {
    const there = holder[key];
    const next = isObject(there) || Array.isArray(there) ? there : typeof path[depth + 1] === "number" ? [] : {};
    holder[key] = next;
    holder = next as Holder;
  });
  holder[path.at(-1) ?? ""] ??= text;
}
