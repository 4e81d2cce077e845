import { descendants, isNode, type Module, type SyntaxNode, sourceModules } from "./source-tree.ts";

/** A code with what is said when it is given, as the sources have it; `…` stands for what is seen at the time. */
export interface ErrorCode {
  readonly code: string;
  readonly says: string;
  readonly advice: string;
  /** Of an HTTP answer. */
  readonly status?: number;
}

const CODE = /^[a-z]+(?:\.[a-z0-9-]+)+$/;
/** Functions that put a room's word before the code that they are given. */
const PREFIXES: readonly (readonly [folder: string, prefix: string])[] = [
  ["src/platform/check/", "platform."],
  ["src/ir/", "program."],
];
const CODED = /^(?:problem|warning)$/;
const THROWN = /(?:Fault|Failure|Error)$/;

/** Every code of the sources, sorted; the first place that gives one tells its words. */
export function errorCodes(): ErrorCode[] {
  const found = new Map<string, ErrorCode>();
  for (const module of sourceModules()) {
    for (const entry of codesOf(module))
      if (!found.has(entry.code) || found.get(entry.code)?.says === "") found.set(entry.code, entry);
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function* codesOf({ path, program }: Module): Generator<ErrorCode> {
  const prefix = PREFIXES.find(([folder]) => path.startsWith(folder))?.[1];
  for (const node of descendants(program)) {
    if (node.type === "ObjectExpression") yield* fromDetails(node, undefined, prefix);
    if (node.type !== "NewExpression" && node.type !== "CallExpression") continue;
    const given = (node.arguments as SyntaxNode[]) ?? [];
    const callee = isNode(node.callee) && typeof node.callee.name === "string" ? node.callee.name : "";
    // new QuaysideError(message, { code, hint }), and calls in its shape
    const details = given.find(({ type }, at) => at > 0 && type === "ObjectExpression");
    if (details !== undefined) yield* fromDetails(details, given[0], prefix);
    // new RequestFault(400, "serve.value", message)
    if (THROWN.test(callee)) yield* fromArguments(given);
    // problem("cidr-invalid", at, message, help)
    if (CODED.test(callee) && prefix !== undefined)
      for (const word of words(given[0]))
        yield { code: `${prefix}${word}`, says: sentence(given[2]), advice: sentence(given[3]) };
  }
}

function* fromDetails(details: SyntaxNode, message: SyntaxNode | undefined, prefix: string | undefined): Generator<ErrorCode> {
  const member = (name: string) => memberOf(details, name);
  for (const word of words(member("code"))) {
    const code = CODE.test(word) ? word : prefix === undefined ? undefined : `${prefix}${word}`;
    if (code === undefined || !CODE.test(code)) continue;
    yield {
      code,
      says: sentence(member("message") ?? member("problem") ?? message),
      advice: sentence(member("hint") ?? member("help")),
    };
  }
}

function* fromArguments(given: readonly SyntaxNode[]): Generator<ErrorCode> {
  for (const [at, argument] of given.entries()) {
    for (const code of words(argument).filter((word) => CODE.test(word))) {
      const status = given[at - 1]?.value;
      yield { code, says: sentence(given[at + 1]), advice: "", ...(typeof status === "number" ? { status } : {}) };
    }
  }
}

/** The texts that a value may be: a literal, or one of two. */
function words(node: unknown): string[] {
  if (!isNode(node)) return [];
  if (node.type === "ConditionalExpression") return [...words(node.consequent), ...words(node.alternate)];
  return node.type === "Literal" && typeof node.value === "string" ? [node.value] : [];
}

function memberOf(object: SyntaxNode, name: string): SyntaxNode | undefined {
  const property = (object.properties as SyntaxNode[]).find(
    ({ key }) => isNode(key) && (key.name === name || key.value === name),
  );
  return isNode(property?.value) ? property.value : undefined;
}

function sentence(node: unknown): string {
  if (!isNode(node)) return "";
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : "…";
    case "TemplateLiteral":
      return (node.quasis as unknown as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("…");
    case "ArrowFunctionExpression":
      return sentence(node.body);
    case "ConditionalExpression":
      return sentence(node.consequent);
    case "BinaryExpression":
      return `${sentence(node.left)}${sentence(node.right)}`;
    default:
      return "…";
  }
}
