import { assert } from "../../base/index.ts";
import {
  type AccessChain,
  accessPath,
  type ExistingResource,
  inferTypes,
  type LoopPlace,
  literalKey,
  loopPlaces,
  type Node,
  type NodeOf,
  type Program,
  referents,
  type ValueType,
} from "../../ir/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { canLoop } from "./loopable.ts";
import { camelCase, createNames } from "./names.ts";
import { type Placement, placeDeclarations } from "./placement.ts";
import { isIdentifier } from "./quote.ts";

/** What the files of one emission share. */
export interface BicepContext {
  readonly program: Program;
  readonly placement: Placement;
  typeOf(node: Node): ValueType;
  readonly resource: (symbol: string) => ExistingResource;
  /** True for a resource that the program does not deploy: whoever refers to it declares it. */
  readonly isExisting: (symbol: string) => boolean;
  /** The module's name in the main file. */
  moduleName(concern: string): string;
  /** What loops make, by symbol. */
  readonly places: ReadonlyMap<string, LoopPlace>;
  /** True for a name that some file declares. */
  isDeclared(identifier: string): boolean;
  /** The output of the owner's module that carries a member of a resource, made when it is first asked for. */
  output(symbol: string, chain: AccessChain): ModuleOutput;
  /** Bicep's word for a type; a diagnostic where there is none. */
  typeWord(type: ValueType, at: string): string;
  /** What came up while printing. */
  readonly problems: readonly Diagnostic[];
  /** A name that nothing else has in any file, always the same for the same key; `instead`: where the wish is taken. */
  nameFor(key: string, wish: string, instead?: string): string;
  outputsOf(concern: string): readonly ModuleOutput[];
}

export interface ModuleOutput {
  readonly name: string;
  readonly symbol: string;
  readonly path: readonly string[];
  readonly node: Node;
  readonly type: ValueType;
  readonly description: string;
}

export function createContext(program: Program): BicepContext {
  const placement = placeDeclarations(program);
  const resources = referents(program);
  const { parameters, variables, tables, loops } = program;
  const declared = [...parameters, ...variables, ...tables, ...loops].map(({ name }) => name);
  const uniqueModule = createNames(declared);
  const modules = new Map(
    placement.concerns.map((concern) => [concern, uniqueModule(camelCase([concern]), camelCase([concern, "module"]))]),
  );
  const unique = createNames([...declared, ...resources.keys()]);
  const names = new Map<string, string>();
  const nameFor = (key: string, wish: string, instead?: string): string => {
    const name = names.get(key) ?? unique(wish, instead);
    names.set(key, name);
    return name;
  };
  const outputs = new Map<string, ModuleOutput>();
  const typeOf = inferTypes(program);
  const problems: Diagnostic[] = [];

  const isDeclared = (identifier: string) =>
    declared.includes(identifier) || resources.has(identifier) || [...modules.values()].includes(identifier);

  return {
    program,
    placement,
    places: loopPlaces(program, (table, over) => canLoop(program, table, over, isDeclared)),
    typeOf,
    resource: (symbol) => {
      const found = resources.get(symbol);
      assert(found, `resource ${symbol} is declared`);
      return found;
    },
    isExisting: (symbol) => program.existing.some((existing) => existing.symbol === symbol),
    moduleName: (concern) => modules.get(concern) ?? concern,
    isDeclared,
    output: (symbol, { keys, typed }) => {
      const path = literalPath(keys.slice(0, typed?.depth));
      const key = [symbol, ...path].join(".");
      const node = memberNode(symbol, path, typed?.depth === path.length ? typed.type : undefined);
      // what is followed by an expression or goes on beyond the path is no string, and nobody said what it is
      const type: ValueType =
        typed === undefined && path.length < keys.length ? { ...typeOf(node), kind: "unknown" } : typeOf(node);
      const output = outputs.get(key) ?? {
        name: nameFor(key, outputName(symbol, path), outputName(`${symbol}Resource`, path)),
        symbol,
        path,
        node,
        type,
        description: describe(symbol, path),
      };
      outputs.set(key, output);
      return output;
    },
    typeWord: (type, at) => {
      const word = typeName(type);
      if (word === undefined) problems.push(untyped(at));
      return word ?? "object";
    },
    problems,
    nameFor,
    outputsOf: (concern) => [...outputs.values()].filter((output) => placement.concernOf(output.symbol) === concern),
  };
}

function memberNode(symbol: string, path: readonly string[], type: NodeOf<"access">["type"]): Node {
  const node = accessPath({ kind: "resource", symbol }, path);
  return node.kind === "access" && type !== undefined ? { ...node, type } : node;
}

/** `properties` says nothing that a reader misses. */
function outputName(symbol: string, path: readonly string[]): string {
  return camelCase([symbol, ...path.filter((word, at) => word !== "properties" || at === path.length - 1)]);
}

function describe(symbol: string, path: readonly string[]): string {
  if (path.length === 1 && path[0] === "id") return `Resource id of ${symbol}.`;
  if (path.length === 1 && path[0] === "name") return `Name of ${symbol}.`;
  return `${path.join(".")} of ${symbol}, known once it is deployed.`;
}

/** `undefined` when Bicep has no word for it. */
export function typeName(type: ValueType): string | undefined {
  if (type.kind === "unknown" || type.kind === "null") return undefined;
  return type.nullable ? `${type.kind}?` : type.kind;
}

function untyped(at: string): Diagnostic {
  return {
    code: "emit.bicep.untyped-value",
    severity: "error",
    message: "a value of unknown type goes from one module to another",
    at,
    help: "give it one type, read it with its type, or move its user to the same concern",
  };
}

/** The leading keys that are plain names. */
export function literalPath(keys: readonly Node[]): string[] {
  const path: string[] = [];
  for (const key of keys) {
    const word = literalKey(key);
    if (word === undefined || !isIdentifier(word)) break;
    path.push(word);
  }
  return path;
}
