import type { FunctionName } from "../../ir/index.ts";

/** Binding strength of Bicep's operators, weakest first. */
export const PRECEDENCE = {
  ternary: 1,
  coalesce: 2,
  or: 3,
  and: 4,
  equality: 5,
  comparison: 6,
  additive: 7,
  multiplicative: 8,
  /** Its operand is a member expression: `!(!a)`. */
  unary: 9,
  primary: 10,
} as const;

export type Spelling =
  /** The namespace is written only where a declaration hides the function. */
  | { readonly call: "sys" | "az" }
  | { readonly operator: string; readonly precedence: number; readonly associative: boolean }
  | { readonly prefix: string };

const sys: Spelling = { call: "sys" };
const az: Spelling = { call: "az" };
const operator = (text: string, precedence: number, associative = false): Spelling => ({
  operator: text,
  precedence,
  associative,
});

/** How Bicep spells ARM's functions: most by their name, some as operators. */
export const SPELLINGS: Record<FunctionName, Spelling> = {
  resourceGroup: az,
  subscription: az,
  tenant: az,
  environment: az,
  uniqueString: sys,
  guid: sys,
  subscriptionResourceId: az,
  toLower: sys,
  substring: sys,
  take: sys,
  replace: sys,
  split: sys,
  string: sys,
  base64: sys,
  json: sys,
  cidrHost: sys,
  concat: sys,
  union: sys,
  contains: sys,
  length: sys,
  empty: sys,
  first: sys,
  last: sys,
  equals: operator("==", PRECEDENCE.equality),
  not: { prefix: "!" },
  and: operator("&&", PRECEDENCE.and, true),
  or: operator("||", PRECEDENCE.or, true),
  greater: operator(">", PRECEDENCE.comparison),
  greaterOrEquals: operator(">=", PRECEDENCE.comparison),
  less: operator("<", PRECEDENCE.comparison),
  lessOrEquals: operator("<=", PRECEDENCE.comparison),
  coalesce: operator("??", PRECEDENCE.coalesce),
  add: operator("+", PRECEDENCE.additive),
  sub: operator("-", PRECEDENCE.additive),
  mul: operator("*", PRECEDENCE.multiplicative),
  min: sys,
  max: sys,
};
