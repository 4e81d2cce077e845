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
