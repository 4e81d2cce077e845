import { isObject, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import { accessChain, type EvaluationOptions, evaluateProgram, literalKey, type Program, walk } from "../../src/ir/index.ts";

/** Resources that hold a text wherever the program reads one back; `full` gives the whole resource, otherwise its properties. */
export function whatIsReadBack(program: Program, options: EvaluationOptions): (id: string, full: boolean) => JsonValue {
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
      const path = keys.map((key) => literalKey(key) ?? "");
      let at: JsonObject = known.get(root.symbol) ?? {};
      for (const key of path.slice(0, -1)) {
        const next = isObject(at[key]) ? at[key] : {};
        at[key] = next;
        at = next;
      }
      at[path.at(-1) ?? ""] ??= `${root.symbol}.${path.join(".")}`;
      return false;
    });
  }
  const byId = new Map(resources.map(({ symbol, id }) => [id, known.get(symbol)]));
  return (id, full) => (full ? (byId.get(id) ?? null) : (byId.get(id)?.properties ?? null));
}
