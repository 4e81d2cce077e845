import type { JsonPrimitive } from "../base/index.ts";
import type { FunctionName } from "./functions.ts";

/**
 * An expression of the deployment language: what every target prints and the evaluator computes.
 * Inert, frozen data; a kind exists only if at least two targets can say it.
 */
export type Node =
  | LiteralNode
  | ArrayNode
  | ObjectNode
  | ConcatNode
  | ParameterNode
  | VariableNode
  | ResourceNode
  | AccessNode
  | CallNode
  | ConditionNode
  | ItemNode
  | MemberNode
  | MapNode;

export interface LiteralNode {
  readonly kind: "literal";
  readonly value: JsonPrimitive;
}

export interface ArrayNode {
  readonly kind: "array";
  readonly items: readonly Node[];
}

/** Keys are nodes because Azure has maps keyed by resource ids (`userAssignedIdentities`). */
export interface ObjectNode {
  readonly kind: "object";
  readonly entries: readonly (readonly [key: Node, value: Node])[];
}

/** Strings joined: Bicep and Terraform interpolation, ARM `format`. */
export interface ConcatNode {
  readonly kind: "concat";
  readonly parts: readonly Node[];
}

export interface ParameterNode {
  readonly kind: "parameter";
  readonly name: string;
}

export interface VariableNode {
  readonly kind: "variable";
  readonly name: string;
}

/** A resource by its symbol; meaningful under an access (`id`, `name`, `properties`, `identity`, ...). */
export interface ResourceNode {
  readonly kind: "resource";
  readonly symbol: string;
}

/** `of.key` or `of[key]`. */
export interface AccessNode {
  readonly kind: "access";
  readonly of: Node;
  readonly key: Node;
  /** The type of what Azure answers at this member of a resource, for targets that declare types; a string unless told. */
  readonly type?: "int" | "bool" | "array" | "object";
}

export interface CallNode {
  readonly kind: "call";
  readonly name: FunctionName;
  readonly args: readonly Node[];
}

/** Only the branch that is taken is evaluated. */
export interface ConditionNode {
  readonly kind: "condition";
  readonly test: Node;
  readonly consequent: Node;
  readonly alternate: Node;
}

/** What a loop is at, or a field of it. This and the next two stand only in what loops repeat, never in the members of a loop. */
export interface ItemNode {
  readonly kind: "item";
  /** Of the loop's variable: `alert`. */
  readonly name: string;
  /** The name of the table whose row it is, or the list whose item it is: names alone are not unique. */
  readonly of: string | Node;
  readonly field?: string;
  /** In place of a field that some items leave out. */
  readonly otherwise?: Node;
}

/** The resource that a loop made of the row with a key; meaningful under an access. */
export interface MemberNode {
  readonly kind: "member";
  readonly loop: string;
  readonly key: Node;
}

/** A list made of another list, item by item. */
export interface MapNode {
  readonly kind: "map";
  readonly list: Node;
  readonly item: string;
  readonly value: Node;
}

export type NodeKind = Node["kind"];
export type NodeOf<K extends NodeKind> = Extract<Node, { kind: K }>;
