export { armParameterValues, armTemplate, emitArm } from "./arm/index.ts";
export { emitBicep } from "./bicep/index.ts";
export { type Delivery, emitKubernetes } from "./kubernetes/index.ts";
export type { EmitResult } from "./result.ts";
export { emitScripts } from "./scripts/index.ts";
export { emitTerraform, terraformVariables } from "./terraform/index.ts";
