export {
  type Cidr,
  cidrContains,
  cidrHolds,
  cidrSize,
  cidrsOverlap,
  formatAddress,
  parseAddress,
  parseCidr,
  usableAddresses,
} from "./cidr.ts";
export {
  type CostEstimate,
  type CostLine,
  estimateMonthlyCost,
  type MonthlyUsage,
  type PricedResource,
} from "./cost.ts";
export { NAME_RULES, type NamedType, type NameScope, nameRule, type ResourceNameRule } from "./names.ts";
export { type Confidence } from "./prices.ts";
export { type NodeHolder, type NodePool, nodePools, type QuotaNeed, quotaNeeds, quotasOf, SHARED_QUOTAS } from "./quota.ts";
export { normalizeLocation, REGIONS, type Region } from "./regions.ts";
export {
  formatResourceId,
  idKey,
  isWithin,
  type ProviderSegment,
  parentId,
  parseResourceId,
  type ResourceId,
  resourceType,
  sameId,
} from "./resource-id.ts";
export { ROLES, type RoleDefinition, type RoleName, roleDefinitionId } from "./roles.ts";
export { VM_SIZES, type VmSize, vmSize } from "./vm-sizes.ts";
