export {
  createProgram,
  type LoopDeclaration,
  type Members,
  type ParameterDeclaration,
  type ProgramBuilder,
  type ResourceDeclaration,
  type ResourceHandle,
  resourceHandle,
  type TableHandle,
} from "./builder.ts";
export { checkProgram } from "./check.ts";
export { constantValue } from "./constant.ts";
export { deployedParameters } from "./deployed.ts";
export { type EvaluatedResource, type Evaluation, evaluateProgram } from "./evaluate.ts";
export type { EvaluationOptions } from "./evaluator.ts";
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
export { fold, type NodeTable } from "./fold.ts";
export { FUNCTIONS, type FunctionName } from "./functions.ts";
export {
  dependencies,
  deploymentOrder,
  existingDependencies,
  findCycle,
  type Graph,
  impliedDependencies,
  removalOrder,
  resourceReferences,
  topologicalOrder,
} from "./graph.ts";
export { inferTypes, type ValueType } from "./infer.ts";
export { keyed, type Loop, ROW_KEY, type Row, type Table } from "./loop.ts";
export type { ItemHandle, MemberHandle, RowHandle } from "./loop-handles.ts";
export { type KeyedMember, type LoopedResources, type LoopPlace, listsIn, loopPlaces, membersByKey, nodesOf } from "./looped.ts";
export type { Node, NodeKind, NodeOf } from "./node.ts";
export { checkParameters } from "./parameters.ts";
export { programPlaces } from "./places.ts";
export { type Given, given, implies, NOTHING, settled } from "./presence.ts";
export {
  type ExistingResource,
  type Output,
  type Parameter,
  type ParameterType,
  type Program,
  type Resource,
  referents,
  type Variable,
} from "./program.ts";
export { nearest } from "./suggest.ts";
export { type AccessChain, accessChain, accessPath, isRuntimeAccess, literalKey, textParts, walk } from "./walk.ts";
