export { armParameterValues, armTemplate, emitArm } from "./arm/index.ts";
export { emitBicep } from "./bicep/index.ts";
export type { EmitResult } from "./result.ts";
