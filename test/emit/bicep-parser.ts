import { FUNCTIONS, type FunctionName, type Node, walk } from "../../src/ir/index.ts";

/**
 * Reads as much of Bicep as the emitter prints, by Bicep's grammar and not by the emitter's code, so that a test can ask
 * what the printed text means. Identifiers come back as `variable` nodes; who declared them is the linker's business.
 */
export interface BicepFile {
  readonly parameters: readonly (Typed & { readonly default?: Node })[];
  readonly variables: readonly { readonly name: string; readonly value: Node }[];
  readonly resources: readonly BicepResource[];
  readonly modules: readonly { readonly name: string; readonly path: string; readonly condition?: Node; readonly body: Node }[];
  /** `targetScope = 'subscription'`; a resource group otherwise. */
  readonly targetScope?: string;
  readonly outputs: readonly (Typed & { readonly value: Node })[];
  /** Accesses written `.?` or `[?`. */
  readonly safe: ReadonlySet<Node>;
  /** Accesses written `!.` or `![`, of what is said not to be null. */
  readonly forgiven: ReadonlySet<Node>;
}

export interface Typed {
  readonly name: string;
  /** `string`, `int?` */
  readonly type: string;
  /** Decorators by name. */
  readonly decorators: Readonly<Record<string, Node | undefined>>;
}

export interface BicepResource {
  readonly symbol: string;
  readonly type: string;
  readonly existing: boolean;
  readonly condition?: Node;
  /** `[for (item, index) in list: ...]` around condition and body. */
  readonly loop?: { readonly item: string; readonly index?: string; readonly list: Node };
  readonly body: Node;
  readonly decorators: Readonly<Record<string, Node | undefined>>;
}

type BinaryOperator = "??" | "||" | "&&" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "+" | "-" | "*";

/** Weakest first; operators of one row group to the left. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["??"],
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["+", "-"],
  ["*"],
];

const FUNCTION_OF: Record<Exclude<BinaryOperator, "!=">, FunctionName> = {
  "??": "coalesce",
  "||": "or",
  "&&": "and",
  "==": "equals",
  "<=": "lessOrEquals",
  ">=": "greaterOrEquals",
  "<": "less",
  ">": "greater",
  "+": "add",
  "-": "sub",
  "*": "mul",
};

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", "'": "'", n: "\n", r: "\r", t: "\t", $: "$" };

function holdsStructure(node: Node): boolean {
  let found = false;
  walk(node, (inner) => {
    found ||= inner.kind === "array" || inner.kind === "object";
  });
  return found;
}

export function parseBicep(source: string): BicepFile {
  let at = 0;
  const safe = new Set<Node>();
  const forgiven = new Set<Node>();

  const fail = (wanted: string): never => {
    const line = source.slice(0, at).split("\n").length;
    throw new SyntaxError(`line ${line}: expected ${wanted} at ${JSON.stringify(source.slice(at, at + 30))}`);
  };
  const match = (pattern: RegExp): string | undefined => {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = at;
    const found = sticky.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const spaces = () => match(/[ \t]+/);
  const lines = () => match(/(?:\s|\/\/[^\n]*)+/);
  const take = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const need = (text: string) => take(text) || fail(text);
  const identifier = () => match(/[A-Za-z_][A-Za-z0-9_]*/) ?? fail("an identifier");
  const literal = (value: string | number | boolean | null): Node => ({ kind: "literal", value });

  const string = (): Node => {
    need("'");
    const parts: Node[] = [];
    let text = "";
    while (!take("'")) {
      if (take("${")) {
        parts.push(literal(text));
        text = "";
        const part = expression();
        if (holdsStructure(part)) fail("no array or object between ${ and }");
        parts.push(part);
        need("}");
      } else if (take("\\")) {
        const code = match(/u\{[0-9a-fA-F]+\}/);
        const escape = code === undefined ? (match(/[\\'nrt$]/) ?? fail("an escape")) : "";
        text += code === undefined ? (ESCAPES[escape] ?? "") : String.fromCodePoint(Number.parseInt(code.slice(2, -1), 16));
      } else {
        text += match(/[^\n\r]/u) ?? fail("the end of a string");
      }
    }
    if (parts.length === 0) return literal(text);
    return { kind: "concat", parts: [...parts, literal(text)] };
  };

  /** Items in lines, or in one line with commas. */
  const listOf = <T>(open: string, close: string, item: () => T): T[] => {
    need(open);
    const items: T[] = [];
    for (lines(); !take(close); ) {
      items.push(item());
      const isOneLine = spaces() !== undefined || source[at] === "," || source[at] === close;
      if (take(",")) lines();
      else if (lines() === undefined && source[at] !== close) fail(isOneLine ? "a comma" : "a line break");
    }
    return items;
  };

  const object = (): Node => ({
    kind: "object",
    entries: listOf("{", "}", () => {
      const key = source[at] === "'" ? string() : literal(identifier());
      need(":");
      spaces();
      return [key, expression()] as const;
    }),
  });

  const args = (): Node[] => {
    need("(");
    const found: Node[] = [];
    for (lines(); !take(")"); ) {
      found.push(expression());
      lines();
      if (take(",")) lines();
      else if (source[at] !== ")") fail(", or )");
    }
    return found;
  };

  /** `format('a{0}{{', x)`: the definition has joined strings for it. */
  const formatted = ([pattern, ...values]: readonly Node[]): Node => {
    if (pattern?.kind !== "literal" || typeof pattern.value !== "string") return fail("a plain pattern");
    const pieces = pattern.value.match(/\{\{|\}\}|\{\d+\}|[^{}]+/g) ?? [];
    const part = (piece: string): Node => {
      const index = /^\{(\d+)\}$/.exec(piece)?.[1];
      return index === undefined
        ? literal(piece.replace("{{", "{").replace("}}", "}"))
        : (values[Number(index)] ?? fail("a value"));
    };
    return { kind: "concat", parts: pieces.map(part) };
  };

  const named = (): Node => {
    const word = identifier();
    if (word === "true" || word === "false") return literal(word === "true");
    if (word === "null") return literal(null);
    const qualified = (word === "sys" || word === "az") && match(/\.(?=[A-Za-z]+\()/) !== undefined ? identifier() : word;
    if (source[at] !== "(") return { kind: "variable", name: word };
    if (qualified === "format") return formatted(args());
    // the definition has no word for it; whoever expands loops computes it
    if (qualified === "indexOf") return { kind: "call", name: qualified as FunctionName, args: args() };
    if (!Object.hasOwn(FUNCTIONS, qualified)) fail(`a function, not ${qualified}`);
    return { kind: "call", name: qualified as FunctionName, args: args() };
  };

  /** The head of `[for item in list: value]`, after which the value stands. */
  const loopHead = (): BicepResource["loop"] => {
    if (match(/\[\s*for\s+/) === undefined) return undefined;
    const isIndexed = take("(");
    const item = identifier();
    const index = isIndexed ? (match(/,\s*/), identifier()) : undefined;
    if (isIndexed) need(")");
    if (match(/\s+in\s+/) === undefined) fail("in");
    const list = expression();
    if (match(/:\s*/) === undefined) fail(":");
    return { item, list, ...(index === undefined ? {} : { index }) };
  };

  const repeated = (): Node | undefined => {
    const head = loopHead();
    if (head === undefined) return undefined;
    if (head.index !== undefined) fail("no index");
    const value = expression();
    lines();
    need("]");
    return { kind: "map", list: head.list, item: head.item, value };
  };

  const primary = (): Node => {
    const next = source[at] ?? "";
    if (next === "'") return string();
    if (next === "{") return object();
    if (next === "[") return repeated() ?? { kind: "array", items: listOf("[", "]", expression) };
    if (take("(")) {
      const inner = expression();
      need(")");
      return inner;
    }
    const digits = match(/\d+/);
    return digits === undefined ? named() : literal(Number(digits));
  };

  const postfix = (): Node => {
    let node = primary();
    for (;;) {
      const isForgiven = match(/!(?=[.[])/) !== undefined;
      const isIndex = take("[");
      if (!isIndex && !take(".")) return node;
      const isSafe = take("?");
      node = { kind: "access", of: node, key: isIndex ? expression() : literal(identifier()) };
      if (isSafe) safe.add(node);
      if (isForgiven) forgiven.add(node);
      if (isIndex) need("]");
    }
  };

  const unary = (): Node => {
    if (take("!")) return { kind: "call", name: "not", args: [postfix()] };
    if (!take("-")) return postfix();
    const inner = postfix();
    return inner.kind === "literal" && typeof inner.value === "number" ? literal(-inner.value) : fail("a number");
  };

  const binary = (level: number): Node => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const before = at;
      spaces();
      const operator = operators.find((candidate) => take(candidate));
      if (operator === undefined) {
        at = before;
        return left;
      }
      spaces();
      const right = binary(level + 1);
      left =
        operator === "!="
          ? { kind: "call", name: "not", args: [{ kind: "call", name: "equals", args: [left, right] }] }
          : { kind: "call", name: FUNCTION_OF[operator], args: [left, right] };
    }
  };

  const expression = (): Node => {
    const test = binary(0);
    const before = at;
    lines();
    if (!take("?")) {
      at = before;
      return test;
    }
    spaces();
    const consequent = expression();
    lines();
    need(":");
    spaces();
    return { kind: "condition", test, consequent, alternate: expression() };
  };

  const decorators = (): Record<string, Node | undefined> => {
    const found: Record<string, Node | undefined> = {};
    for (lines(); take("@"); lines()) found[identifier()] = args()[0];
    return found;
  };

  const typed = (found: Typed["decorators"]): Typed => {
    spaces();
    const name = identifier();
    spaces();
    return { name, type: identifier() + (take("?") ? "?" : ""), decorators: found };
  };
  const assignment = (): Node => {
    spaces();
    need("=");
    spaces();
    return expression();
  };
  const text = (): string => {
    spaces();
    const node = string();
    return node.kind === "literal" && typeof node.value === "string" ? node.value : fail("plain text");
  };

  const file = {
    parameters: [] as (Typed & { default?: Node })[],
    variables: [] as { name: string; value: Node }[],
    resources: [] as BicepResource[],
    modules: [] as { name: string; path: string; condition?: Node; body: Node }[],
    targetScope: undefined as string | undefined,
    outputs: [] as (Typed & { value: Node })[],
    safe,
    forgiven,
  };

  const statements: Record<string, (found: Typed["decorators"]) => void> = {
    param: (found) => {
      const declaration = typed(found);
      file.parameters.push(source.startsWith(" =", at) ? { ...declaration, default: assignment() } : declaration);
    },
    var: () => {
      spaces();
      file.variables.push({ name: identifier(), value: assignment() });
    },
    resource: (found) => {
      spaces();
      const symbol = identifier();
      const type = text();
      spaces();
      const existing = take("existing");
      spaces();
      need("=");
      spaces();
      const loop = loopHead();
      const isConditional = take("if (");
      const condition = isConditional ? expression() : undefined;
      if (isConditional) need(") ");
      const body = object();
      if (loop) {
        lines();
        need("]");
      }
      file.resources.push({
        symbol,
        type,
        existing,
        ...(condition ? { condition } : {}),
        ...(loop ? { loop } : {}),
        body,
        decorators: found,
      });
    },
    module: () => {
      spaces();
      const [name, path] = [identifier(), text()];
      spaces();
      need("=");
      spaces();
      const isConditional = take("if (");
      const condition = isConditional ? expression() : undefined;
      if (isConditional) need(") ");
      file.modules.push({ name, path, ...(condition ? { condition } : {}), body: object() });
    },
    targetScope: () => {
      const value = assignment();
      if (value.kind === "literal" && typeof value.value === "string") file.targetScope = value.value;
      else fail("the name of a scope");
    },
    output: (found) => {
      file.outputs.push({ ...typed(found), value: assignment() });
    },
  };

  for (lines(); at < source.length; lines()) {
    const found = decorators();
    const keyword = identifier();
    const statement = statements[keyword] ?? (() => fail(`a statement, not ${keyword}`));
    statement(found);
    if (at < source.length && source[at] !== "\n") fail("the end of the line");
  }
  return file;
}
