import { idKey, parseResourceId, resourceType } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { ArmFault, CLOUD_NAME, type CloudHost, type Principal, type Resource } from "../contract.ts";
import { type DeploymentTarget, type ResourceGroupFacts, type Surroundings, targetId } from "../template/index.ts";
import { createOperationRows, type OperationRows } from "./operation.ts";
import { createRecords, type Records } from "./record.ts";
import { templateHash } from "./template-hash.ts";

/** What all parts of the deployments engine share. */
export interface Engine {
  readonly host: CloudHost;
  readonly records: Records;
  readonly rows: OperationRows;
  /** Running deployments by id key; nested ones too. */
  readonly live: Map<string, LiveRun>;
  /** Aborted when the cloud stops: what runs is left for the next start. */
  readonly stopping: AbortSignal;
}

export interface LiveRun {
  readonly runId: string;
  canceled: boolean;
}

export function createEngine(host: CloudHost, stopping: AbortSignal): Engine {
  return { host, records: createRecords(host), rows: createOperationRows(host), live: new Map(), stopping };
}

export const liveRun = (engine: Engine, id: string): LiveRun | undefined => engine.live.get(idKey(id));

/** Throws 403 unless role assignments let the caller do it. */
export function requirePermission({ host }: Engine, caller: Principal, action: string, scope: string): void {
  if (host.authorizer.allows(caller, action, scope)) return;
  throw new ArmFault(
    403,
    "AuthorizationFailed",
    `the client '${caller.displayName}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}'`,
  );
}

/** The type of an id: `Microsoft.Storage/storageAccounts`; resource groups and subscriptions have one too. */
export function typeOfId(id: string): string {
  const parsed = parseResourceId(id);
  const type = parsed && resourceType(parsed);
  if (type !== undefined) return type;
  return parsed?.resourceGroup === undefined
    ? "Microsoft.Resources/subscriptions"
    : "Microsoft.Resources/subscriptions/resourceGroups";
}

/** `vnet/snet`: what a deployment calls the name of a resource. */
export function nameOfId(id: string): string {
  const parsed = parseResourceId(id);
  return parsed?.providers.at(-1)?.names.join("/") ?? parsed?.resourceGroup ?? parsed?.subscriptionId ?? id;
}

export function notFound(id: string): ArmFault {
  const group = parseResourceId(id)?.resourceGroup;
  const where = group === undefined ? "" : ` under resource group '${group}'`;
  return new ArmFault(404, "ResourceNotFound", `the resource '${typeOfId(id)}/${nameOfId(id)}'${where} was not found`, {
    target: id,
  });
}

export function groupOf({ host }: Engine, target: DeploymentTarget): Resource | undefined {
  return target.resourceGroup === undefined ? undefined : host.resources.get(targetId(target));
}

export function requireScope(engine: Engine, target: DeploymentTarget): void {
  if (target.subscriptionId.toLowerCase() !== engine.host.subscriptionId.toLowerCase()) {
    throw new ArmFault(404, "SubscriptionNotFound", `the subscription '${target.subscriptionId}' could not be found`);
  }
  if (target.resourceGroup !== undefined && groupOf(engine, target) === undefined) {
    throw new ArmFault(404, "ResourceGroupNotFound", `resource group '${target.resourceGroup}' could not be found`);
  }
}

export function groupFacts(group: Resource): ResourceGroupFacts {
  const { id, location, managedBy, name, tags } = group;
  return {
    id,
    name,
    location: location ?? "",
    ...(tags === undefined ? {} : { tags }),
    ...(typeof managedBy === "string" ? { managedBy } : {}),
  };
}

export interface DeploymentFacts {
  readonly name: string;
  readonly location?: string;
  readonly template: JsonObject;
  readonly parameters: JsonObject;
  readonly mode: string;
}

/** What the functions `deployment()`, `resourceGroup()` and so on tell inside a template. */
export function surroundingsOf(
  { host }: Engine,
  caller: Principal,
  target: DeploymentTarget,
  group: ResourceGroupFacts | undefined,
  { location, mode, name, parameters, template }: DeploymentFacts,
): Surroundings {
  return {
    tenantId: host.tenantId,
    subscriptionId: target.subscriptionId,
    ...(group === undefined ? {} : { resourceGroup: group }),
    deployment: {
      name,
      ...(location === undefined ? {} : { location }),
      properties: { template, templateHash: templateHash(template), parameters, mode, provisioningState: "Accepted" },
    },
    environment: environmentOf(host),
    deployer: {
      tenantId: host.tenantId,
      objectId: caller.objectId,
      userPrincipalName: caller.kind === "user" ? caller.displayName : "",
    },
  };
}

/** Member names and their leading dots as `environment()` has them on Azure. */
function environmentOf({ endpoints, tenantId }: CloudHost): JsonObject {
  return {
    name: CLOUD_NAME,
    gallery: `${endpoints.arm}/`,
    graph: `${endpoints.arm}/`,
    graphAudience: `${endpoints.arm}/`,
    portal: `${endpoints.arm}/`,
    resourceManager: `${endpoints.arm}/`,
    sqlManagement: `${endpoints.arm}/`,
    batch: `${endpoints.arm}/`,
    media: `${endpoints.arm}/`,
    authentication: {
      loginEndpoint: `${endpoints.arm}/`,
      audiences: [`${endpoints.arm}/`],
      tenant: tenantId,
      identityProvider: "AAD",
    },
    suffixes: {
      acrLoginServer: `.${endpoints.registrySuffix}`,
      keyvaultDns: `.${endpoints.vaultSuffix}`,
      storage: endpoints.storageSuffix,
    },
  };
}
