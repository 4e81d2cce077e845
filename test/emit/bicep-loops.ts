import { accessChain, fold, literalKey, type Node, type NodeOf, walk } from "../../src/ir/index.ts";
import type { BicepFile, BicepResource } from "./bicep-parser.ts";

type Bindings = ReadonlyMap<string, Node>;

/**
 * The file without loops: a collection becomes resources called `endpoints[0]`, `endpoints[1]`, and what refers to it by a
 * number, or waits for all of it, refers to those. A loop over what is not written out throws, as does a name that is not found.
 */
export function expandLoops(file: BicepFile): BicepFile {
  const collections = new Map(file.resources.filter(({ loop }) => loop).map((resource) => [resource.symbol, resource]));
  if (collections.size === 0) return file;
  const safe = new Set(file.safe);
  const forgiven = new Set(file.forgiven);

  const written = (node: Node): readonly Node[] => {
    const value = node.kind === "variable" ? file.variables.find(({ name }) => name === node.name)?.value : node;
    const filled = value && fill(value, new Map());
    return filled?.kind === "array" ? filled.items : complain("a loop is over what is not written out");
  };

  const access = (node: NodeOf<"access">, of: Node, key: Node): Node => {
    if (of.kind === "variable" && collections.has(of.name)) {
      const number = key.kind === "literal" && typeof key.value === "number" ? key.value : complain(`${of.name} is not numbered`);
      if (number >= written(collections.get(of.name)?.loop?.list ?? of).length) complain(`${of.name} has no ${number}`);
      return { kind: "variable", name: `${of.name}[${number}]` };
    }
    if (of.kind === "object") {
      const found = of.entries.find(([name]) => literalKey(name) === literalKey(key))?.[1];
      return found ?? (file.safe.has(node) ? { kind: "literal", value: null } : complain(`there is no ${literalKey(key)}`));
    }
    const made: Node = { kind: "access", of, key };
    if (file.safe.has(node)) safe.add(made);
    if (file.forgiven.has(node)) forgiven.add(made);
    return made;
  };

  const call = (node: NodeOf<"call">, args: readonly Node[]): Node => {
    const [first, second] = args;
    if ((node.name as string) === "indexOf" && first && second) {
      const index = written(first).findIndex((item) => JSON.stringify(item) === JSON.stringify(second));
      return { kind: "literal", value: index >= 0 ? index : complain(`${JSON.stringify(second)} is not among the keys`) };
    }
    const isNull = first?.kind === "literal" && first.value === null;
    return node.name === "coalesce" && isNull && second ? second : { ...node, args };
  };

  const fill = (start: Node, bindings: Bindings): Node =>
    fold<Node>({
      literal: (node) => node,
      array: (node, go) => ({ ...node, items: node.items.map(go) }),
      object: (node, go) => ({ ...node, entries: node.entries.map(([key, value]) => [go(key), go(value)] as const) }),
      concat: (node, go) => ({ ...node, parts: node.parts.map(go) }),
      parameter: (node) => node,
      variable: (node) => bindings.get(node.name) ?? node,
      resource: (node) => node,
      access: (node, go) => access(node, go(node.of), go(node.key)),
      call: (node, go) => call(node, node.args.map(go)),
      condition: (node, go) => ({ ...node, test: go(node.test), consequent: go(node.consequent), alternate: go(node.alternate) }),
      item: (node) => node,
      member: (node) => node,
      map: (node, go) => ({
        kind: "array",
        items: written(go(node.list)).map((item) => fill(node.value, new Map([...bindings, [node.item, item]]))),
      }),
    })(start);

  /** `dependsOn: [endpoints]` waits for each of them. */
  const waits = (body: Node): Node => {
    if (body.kind !== "object") return body;
    const all = (node: Node): Node[] => {
      const collection = node.kind === "variable" ? collections.get(node.name)?.loop : undefined;
      return collection && node.kind === "variable"
        ? written(collection.list).map((_, at) => ({ kind: "variable", name: `${node.name}[${at}]` }))
        : [node];
    };
    const entries = body.entries.map(([key, value]) => {
      const isOrder = literalKey(key) === "dependsOn" && value.kind === "array";
      return [key, isOrder ? { ...value, items: value.items.flatMap(all) } : value] as const;
    });
    return { ...body, entries };
  };

  /** The number of resources is settled when the deployment starts, so nothing that is read later may be in what they are made of (BCP178). */
  const checkRange = (items: readonly Node[]): void => {
    for (const item of items)
      walk(item, (node) => {
        const { root, keys } = accessChain(node);
        const isResource =
          root.kind === "variable" && file.resources.some(({ symbol }) => root.name.replace(/\[.*/, "") === symbol);
        if (isResource && keys.length > 0 && !["id", "name"].includes(literalKey(keys[0]) ?? ""))
          complain(`${root.name} is read in what a loop is over`);
      });
  };

  const expand = (resource: BicepResource): BicepResource[] => {
    const { loop, condition, body, ...rest } = resource;
    const one = (symbol: string, bindings: Bindings): BicepResource => ({
      ...rest,
      symbol,
      ...(condition ? { condition: fill(condition, bindings) } : {}),
      body: fill(waits(body), bindings),
    });
    if (loop === undefined) return [one(resource.symbol, new Map())];
    const items = written(loop.list);
    checkRange(items);
    return items.map((item, at) => {
      const index = loop.index === undefined ? [] : [[loop.index, { kind: "literal", value: at } as Node] as const];
      return one(`${resource.symbol}[${at}]`, new Map([[loop.item, item], ...index]));
    });
  };

  return {
    ...file,
    safe,
    forgiven,
    variables: file.variables.map(({ name, value }) => ({ name, value: fill(value, new Map()) })),
    resources: file.resources.flatMap(expand),
    outputs: file.outputs.map((output) => ({ ...output, value: fill(output.value, new Map()) })),
  };
}

function complain(message: string): never {
  throw new Error(message);
}
