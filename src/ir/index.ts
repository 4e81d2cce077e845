export {
  type AnyInput,
  and,
  call,
  type Expr,
  entries,
  equals,
  expression,
  get,
  greater,
  type Input,
  isExpression,
  not,
  or,
  text,
  toNode,
  when,
} from "./expression.ts";
export { FUNCTIONS, type FunctionName } from "./functions.ts";
export type { Node, NodeKind, NodeOf } from "./node.ts";
export {
  createProgram,
  type Output,
  type Parameter,
  type ParameterDeclaration,
  type ParameterType,
  type Program,
  type ProgramBuilder,
  type Resource,
  type ResourceDeclaration,
  type ResourceHandle,
  type Variable,
} from "./program.ts";
