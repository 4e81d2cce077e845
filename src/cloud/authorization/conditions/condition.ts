/** A condition of a role assignment, read. Source: "Azure role assignment condition format and syntax". */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "action"; readonly pattern: string }
  | { readonly kind: "exists"; readonly attribute: Attribute }
  | {
      readonly kind: "compare";
      readonly attribute: Attribute;
      readonly comparison: Comparison;
      readonly values: readonly string[];
    };

export interface Attribute {
  /** What the request asks for, or what stands there. */
  readonly source: "request" | "resource";
  /** Lower case: `microsoft.authorization/roleassignments:roledefinitionid`. */
  readonly name: string;
}

export interface Comparison {
  readonly operator: Operator;
  /** Over the values on the right; an attribute here has one value. */
  readonly over: "any" | "all";
}

/** Each says whether one value is in order. GUIDs go without regard to case. */
export const OPERATORS = {
  GuidEquals: (a: string, b: string) => a.toLowerCase() === b.toLowerCase(),
  GuidNotEquals: (a: string, b: string) => a.toLowerCase() !== b.toLowerCase(),
  StringEquals: (a: string, b: string) => a === b,
  StringNotEquals: (a: string, b: string) => a !== b,
  StringEqualsIgnoreCase: (a: string, b: string) => a.toLowerCase() === b.toLowerCase(),
  StringNotEqualsIgnoreCase: (a: string, b: string) => a.toLowerCase() !== b.toLowerCase(),
} as const;

export type Operator = keyof typeof OPERATORS;

/** What conditions may look at: role assignments, by name in lower case. */
export const ATTRIBUTES = ["RoleDefinitionId", "PrincipalId", "PrincipalType"].map((name) =>
  `Microsoft.Authorization/roleAssignments:${name}`.toLowerCase(),
);
