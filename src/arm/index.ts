export { type ArmClient, createArmClient, WAIT_HINT } from "./client.ts";
export { type Connection, type ConnectOptions, connect } from "./connection.ts";
export {
  type DeploymentOperation,
  type DeploymentRequest,
  type DeploymentResult,
  deploy,
  type FollowOptions,
  isDeploymentActive,
  validateDeployment,
} from "./deployments.ts";
export { ArmError } from "./error.ts";
export * from "./kubernetes/index.ts";
export * from "./machine-learning/index.ts";
export {
  createResourceGroup,
  deleteResourceGroup,
  findResourceGroup,
  listResources,
  type ResourceGroup,
} from "./resource-groups.ts";
export type { ClientCredentials } from "./sign-in.ts";
export { type TimeLimit, waitWithin } from "./time-limit.ts";
