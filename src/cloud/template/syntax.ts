/** A template language expression, parsed. Names keep the case that they were written in and are compared without it. */
export type Expression = LiteralExpression | CallExpression | AccessExpression;

export interface LiteralExpression {
  readonly kind: "literal";
  readonly value: string | number;
}

export interface CallExpression {
  readonly kind: "call";
  /** `ns.name` for user-defined functions. */
  readonly name: string;
  readonly args: readonly Expression[];
}

/** A chain of accesses is one node, because a null-safe step that finds nothing ends the whole chain with null. */
export interface AccessExpression {
  readonly kind: "access";
  readonly of: Expression;
  readonly steps: readonly AccessStep[];
}

export interface AccessStep {
  readonly key: Expression;
  readonly safe: boolean;
}

export type TemplateText =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "expression"; readonly source: string };

/** `[...]` is an expression, `[[...]` is the text `[...]`, and everything else is itself. */
export function classify(text: string): TemplateText {
  if (!text.startsWith("[") || !text.endsWith("]")) return { kind: "text", value: text };
  if (text.startsWith("[[")) return { kind: "text", value: text.slice(1) };
  return { kind: "expression", source: text.slice(1, -1) };
}
