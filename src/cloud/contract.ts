/** What the embedded Azure and its providers promise each other: `contract/provider.ts` and `contract/host.ts`. */
export type {
  AccessOptions,
  AttributeValues,
  Authorizer,
  CloudClock,
  CloudHost,
  Endpoints,
  PodProcess,
  PodRequest,
  Principals,
  Resources,
  Runtime,
  SoftDeleted,
  Store,
  Workload,
  Workloads,
} from "./contract/host.ts";
export type {
  ActionCall,
  ActionResult,
  ActionSpec,
  Change,
  NameRule,
  NamespaceAction,
  Plane,
  ProviderControl,
  ProviderFactory,
  ProviderModule,
  TypeSpec,
} from "./contract/provider.ts";
export type { ArmHandler, ArmRequest, ArmResponse } from "./contract/request.ts";
export { ArmFault, type Principal, type Resource } from "./contract/resource.ts";
export { CLOUD_NAME, REGISTRY_SUFFIX, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";
