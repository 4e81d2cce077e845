import { getExpressionAst, parse } from "@cdktf/hcl2json";

/** An expression as HashiCorp's parser sees it. */
export interface Syntax {
  readonly type: string;
  readonly children: readonly Syntax[];
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly range: { readonly start: { readonly byte: number }; readonly end: { readonly byte: number } };
}

/** Attribute values as the parser gives them: JSON in which texts are templates. */
export type Raw = string | number | boolean | null | Raw[] | { [key: string]: Raw };
export type Block = { [key: string]: Raw };

export interface Configuration {
  readonly variables: Readonly<Record<string, Block>>;
  readonly locals: Readonly<Record<string, Raw>>;
  /** By address: `azapi_resource.cluster`. */
  readonly resources: Readonly<Record<string, Block>>;
  readonly outputs: Readonly<Record<string, Block>>;
  readonly data: Readonly<Record<string, Block>>;
  readonly file: Readonly<Record<string, string>>;
}

/** All `.tf` files of a module, parsed by HashiCorp's parser and put together. */
export async function readModule(files: ReadonlyMap<string, string>): Promise<Configuration> {
  const found: Configuration = { variables: {}, locals: {}, resources: {}, outputs: {}, data: {}, file: {} };
  for (const [path, text] of files) {
    if (!path.endsWith(".tf")) continue;
    const parsed = await parsedOnce(path, text);
    const labelled = (key: string) => Object.entries((parsed[key] ?? {}) as Record<string, unknown[]>);
    for (const block of (parsed.locals ?? []) as object[]) Object.assign(found.locals, block);
    for (const [name, [block]] of labelled("variable")) Object.assign(found.variables, { [name]: block });
    for (const [name, [block]] of labelled("output")) Object.assign(found.outputs, { [name]: block });
    for (const kind of ["resource", "data"] as const) {
      for (const [type, blocks] of labelled(kind)) {
        for (const [name, [block]] of Object.entries(blocks as unknown as Record<string, unknown[]>)) {
          Object.assign(kind === "data" ? found.data : found.resources, { [`${type}.${name}`]: block });
          Object.assign(found.file, { [`${type}.${name}`]: path });
        }
      }
    }
  }
  return found;
}

const parsedFiles = new Map<string, Promise<Record<string, unknown>>>();

function parsedOnce(path: string, text: string): Promise<Record<string, unknown>> {
  const found = parsedFiles.get(text) ?? parse(path, hideNumbered(text));
  parsedFiles.set(text, found);
  return found;
}

const HIDDEN = { $: "\ue000", "%": "\ue001", "\r": "\ue002" } as const;

/**
 * The parser's JSON has one spelling for a sign that is written by number and for one that starts an interpolation, and here
 * documents cannot hold a carriage return.
 */
function hideNumbered(text: string): string {
  return text.replaceAll("\\u0024", HIDDEN.$).replaceAll("\\u0025", HIDDEN["%"]).replaceAll("\\r", HIDDEN["\r"]);
}

export function showNumbered(text: string): string {
  return text.replaceAll(HIDDEN.$, "$").replaceAll(HIDDEN["%"], "%").replaceAll(HIDDEN["\r"], "\r");
}

/** The syntax of a text as it stands in an attribute. A here document takes it as it is, except for interpolations. */
export async function parseTemplate(template: string): Promise<{ syntax: Syntax; source: string }> {
  const whole = /^\$\{([\s\S]*)\}$/.exec(template)?.[1];
  // one interpolation, unless the braces belong to two
  const syntax = whole === undefined ? undefined : await tryParse(whole);
  if (whole !== undefined && syntax) return { syntax, source: whole };
  return parseExpression(`<<TEMPLATE\n${template}\nTEMPLATE\n`);
}

async function parseExpression(source: string): Promise<{ syntax: Syntax; source: string }> {
  const syntax = await tryParse(source);
  if (!syntax) throw new Error(`not an expression: ${source}`);
  return { syntax, source };
}

const known = new Map<string, Syntax | undefined>();

async function tryParse(source: string): Promise<Syntax | undefined> {
  if (!known.has(source))
    known.set(
      source,
      await getExpressionAst("main.tf", source).then(
        (syntax) => syntax as Syntax,
        () => undefined,
      ),
    );
  return known.get(source);
}
