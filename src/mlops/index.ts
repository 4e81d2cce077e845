export type { PipelineContext } from "./context.ts";
export { judge, type Verdict } from "./gate.ts";
export type { LoadFigures } from "./load.ts";
export { loadModelPlan, type ModelPlan } from "./plan.ts";
export { register } from "./register.ts";
export { type Champion, findChampion, type ReleaseResult, release, rollback } from "./release.ts";
export { openScoring, type Score, type Scoring, score } from "./score.ts";
export { type Training, train } from "./train.ts";
