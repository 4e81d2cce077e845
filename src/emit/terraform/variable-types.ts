import { type Node, type Parameter, type Program, type ValueType, walk } from "../../ir/index.ts";

const WORDS = { string: "string", int: "number", bool: "bool" } as const;

type Simple = keyof typeof WORDS;

type Infer = (node: Node) => ValueType;

/**
 * Terraform's word for what a parameter holds. The definition says `array` and `object`; the kind of their items is seen from
 * default, allowed values and what they are joined with, and where it cannot be seen the type is `any`, checked by a validation.
 */
export function variableType(program: Program, typeOf: Infer, parameter: Parameter): string {
  const { type } = parameter;
  if (type === "array") {
    const kind = itemKind(program, typeOf, parameter);
    return kind === undefined ? "any" : `list(${WORDS[kind]})`;
  }
  if (type === "object") {
    const kind = memberKind(program, typeOf, parameter);
    return kind === undefined ? "any" : `map(${WORDS[kind]})`;
  }
  return WORDS[type];
}

/** What all items of an array are; `undefined` when that cannot be told. */
export function itemKind(program: Program, typeOf: Infer, parameter: Parameter): Simple | undefined {
  return oneKind([...itemKinds(parameter), ...partners(program, parameter).map((node) => typeOf(node).item?.kind)]);
}

function memberKind(program: Program, typeOf: Infer, parameter: Parameter): Simple | undefined {
  const objects = [...(parameter.default ? [parameter.default] : []), ...partners(program, parameter)].map((node) =>
    typeOf(node),
  );
  if (objects.some(({ members }) => members === undefined)) return undefined;
  return oneKind(objects.flatMap(({ members }) => [...(members?.values() ?? [])].map(({ kind }) => kind)));
}

function itemKinds({ default: initial, allowed }: Parameter): (string | undefined)[] {
  const items = initial?.kind === "array" ? initial.items.map((item) => (item.kind === "literal" ? item.value : undefined)) : [];
  return [...items, ...(allowed ?? [])].map((value) =>
    typeof value === "number" ? "int" : typeof value === "boolean" ? "bool" : typeof value,
  );
}

/** What the definition joins the parameter with. */
function partners(program: Program, { name }: Parameter): Node[] {
  const found: Node[] = [];
  const visit = (start: Node) =>
    walk(start, (node) => {
      if (node.kind !== "call" || (node.name !== "union" && node.name !== "concat")) return;
      const others = node.args.filter((arg) => arg.kind !== "parameter" || arg.name !== name);
      if (others.length < node.args.length) found.push(...others);
    });
  for (const { value } of [...program.variables, ...program.outputs]) visit(value);
  for (const { body } of program.resources) visit(body);
  return found;
}

function oneKind(kinds: readonly (string | undefined)[]): Simple | undefined {
  const [first, ...rest] = new Set(kinds);
  return rest.length === 0 && (first === "string" || first === "int" || first === "bool") ? first : undefined;
}
