export { type Accepted, trainCandidate } from "./candidate.ts";
export type { PipelineContext } from "./context.ts";
export type { Verdict } from "./gate.ts";
export type { LoadFigures } from "./load.ts";
export { loadModelPlan, type ModelPlan } from "./plan.ts";
export { type Champion, findChampion, type ReleaseResult, release, rollback } from "./release.ts";
export { openScoring, type Score, type Scoring, score } from "./score.ts";
export type { Training } from "./train.ts";
