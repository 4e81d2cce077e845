import { accessChain, type FunctionName, literalKey, type Node, type Program } from "../../ir/index.ts";

/** What a value may be, as far as objects go. */
interface Shape {
  readonly mayBeObject: boolean;
  /** True when there may be members that are not listed. */
  readonly isOpen: boolean;
  readonly members: ReadonlyMap<string, Shape>;
}

const SIMPLE: Shape = { mayBeObject: false, isOpen: false, members: new Map() };
const ANYTHING: Shape = { mayBeObject: true, isOpen: true, members: new Map() };

/** True when two arguments of a union may have objects under one key, which ARM merges as well. */
export function mayMergeDeeply(program: Program, args: readonly Node[]): boolean {
  const shapes = args.map((arg) => shapeOf(program, arg));
  return shapes.some((under, at) => shapes.slice(at + 1).some((over) => overlap(under, over)));
}

function overlap(under: Shape, over: Shape): boolean {
  const inner = (shape: Shape, key: string) => shape.members.get(key) ?? (shape.isOpen ? ANYTHING : SIMPLE);
  const keys = [...under.members.keys(), ...over.members.keys()];
  // an open object has unlisted members that only another open object can meet unseen
  return (under.isOpen && over.isOpen) || keys.some((key) => inner(under, key).mayBeObject && inner(over, key).mayBeObject);
}

function shapeOf(program: Program, node: Node): Shape {
  switch (node.kind) {
    case "literal":
    case "array":
    case "concat":
    case "map":
      return SIMPLE;
    case "object":
      return {
        mayBeObject: true,
        isOpen: node.entries.some(([key]) => literalKey(key) === undefined),
        members: new Map(node.entries.map(([key, value]) => [literalKey(key) ?? "", shapeOf(program, value)])),
      };
    case "parameter": {
      const type = program.parameters.find(({ name }) => name === node.name)?.type;
      return type === "object" || type === undefined ? ANYTHING : SIMPLE;
    }
    case "variable": {
      const value = program.variables.find(({ name }) => name === node.name)?.value;
      return value ? shapeOf(program, value) : ANYTHING;
    }
    case "resource":
    case "item":
    case "member":
      return ANYTHING;
    case "access":
      return memberShape(program, node);
    case "call":
      if (node.name === "union" || node.name === "coalesce") return either(node.args.map((arg) => shapeOf(program, arg)));
      return MAY_BE_OBJECT.has(node.name) ? ANYTHING : SIMPLE;
    case "condition":
      return either([shapeOf(program, node.consequent), shapeOf(program, node.alternate)]);
  }
}

/** Calls that may answer an object. */
const MAY_BE_OBJECT: ReadonlySet<FunctionName> = new Set([
  "resourceGroup",
  "subscription",
  "tenant",
  "environment",
  "json",
  "first",
  "last",
]);

function memberShape(program: Program, node: Node & { kind: "access" }): Shape {
  const { root, typed, keys } = accessChain(node);
  if (root.kind === "resource")
    return typed === undefined || (typed.depth === keys.length && typed.type !== "object") ? SIMPLE : ANYTHING;
  const of = shapeOf(program, node.of);
  const key = literalKey(node.key);
  if (key !== undefined) return of.members.get(key) ?? ANYTHING;
  return of.isOpen ? ANYTHING : either([...of.members.values()]);
}

/** One of several; a key that one lacks may still be there. */
function either(shapes: readonly Shape[]): Shape {
  const keys = new Set(shapes.flatMap(({ members }) => [...members.keys()]));
  return {
    mayBeObject: shapes.some(({ mayBeObject }) => mayBeObject),
    isOpen: shapes.some(({ isOpen }) => isOpen),
    members: new Map([...keys].map((key) => [key, either(shapes.flatMap(({ members }) => members.get(key) ?? []))])),
  };
}
