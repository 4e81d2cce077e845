export { parseBody } from "./body.ts";
export {
  evaluateBody,
  evaluateKnown,
  evaluateKnownParameters,
  evaluateNestedParameters,
} from "./body-values.ts";
export { referencedKeys } from "./dependencies.ts";
export { evaluateText } from "./evaluate.ts";
export { type EvaluatedResource, evaluateTemplate, type ReferenceTarget, type TemplateEvaluation } from "./evaluate-template.ts";
export { at, ExpressionFault, Pending } from "./fault.ts";
export { evaluateOutputs, type OutputValue, outputExpressions } from "./outputs.ts";
export { parseExpression } from "./parser.ts";
export { checkNesting, type PlanInput, planTemplate } from "./plan.ts";
export { type DeploymentTarget, type NestedDeployment, type Plan, type PlannedResource, targetId } from "./planned.ts";
export { DEPLOYMENT_TYPE } from "./resources.ts";
export type { Moment, ResourceGroupFacts, RuntimeFunctions, Scope, Surroundings } from "./scope.ts";
export { displayType, holdsSecrets, resolveType, withoutSecrets } from "./types.ts";
