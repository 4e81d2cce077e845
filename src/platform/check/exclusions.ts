import { ROLES } from "../../azure/index.ts";
import { asObject, asObjects, asString, type JsonObject } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import type { Declared } from "./declared.ts";

const CLUSTER = "Microsoft.ContainerService/managedClusters";
const POOL = `${CLUSTER}/agentPools`;
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const COMPUTE = `${WORKSPACE}/computes`;
const NETWORK = "Microsoft.Network/virtualNetworks";

/** A member that a team may have written over, and that Azure or Azure ML does not take beside the rest of the platform. */
interface Exclusion {
  readonly code: string;
  readonly type: string;
  /** The member, below the body. */
  readonly at: string;
  readonly holds: (body: JsonObject, all: readonly Declared[]) => boolean;
  /** `A excludes B because ...`, with the source. */
  readonly message: string;
  readonly help: string;
}

const EXCLUSIONS: readonly Exclusion[] = [
  {
    code: "automatic-cluster",
    type: CLUSTER,
    at: "sku.name",
    holds: ({ sku }) => asString(asObject(sku).name).toLowerCase() === "automatic",
    message:
      "AKS Automatic excludes the Azure ML extension because it is not supported there (source: Azure ML extension, limitations)",
    help: "use sku.name Base",
  },
  {
    code: "isolated-cluster",
    type: CLUSTER,
    at: "properties.bootstrapProfile.artifactSource",
    holds: (body) =>
      of(body, "bootstrapProfile").artifactSource === "Cache" || of(body, "networkProfile").outboundType === "none",
    message:
      "a network-isolated cluster excludes the Azure ML extension, whose parts come from Microsoft's registries (source: AKS network isolated clusters, limitations)",
    help: "use artifactSource Direct and a way out; egress firewall lets out only what is named",
  },
  {
    code: "metadata-closed-cluster",
    type: CLUSTER,
    at: "properties.networkProfile.podLinkLocalAccess",
    holds: (body) => of(body, "networkProfile").podLinkLocalAccess === "None",
    message:
      "podLinkLocalAccess None excludes the Azure ML extension, whose pods ask the instance metadata service for tokens (source: AKS IMDS restriction, limitations)",
    help: "leave it out",
  },
  {
    code: "service-principal-cluster",
    type: CLUSTER,
    at: "properties.servicePrincipalProfile",
    holds: (body) => !["", "msi"].includes(asString(of(body, "servicePrincipalProfile").clientId)),
    message:
      "a service principal of the cluster excludes the Azure ML extension, which needs a managed identity (source: Azure ML extension, prerequisites)",
    help: "leave servicePrincipalProfile out",
  },
  {
    code: "monitor-private-only",
    type: "Microsoft.Insights/privateLinkScopes",
    at: "properties.accessModeSettings",
    holds: (body) => {
      const { ingestionAccessMode, queryAccessMode } = of(body, "accessModeSettings");
      return ingestionAccessMode === "PrivateOnly" || queryAccessMode === "PrivateOnly";
    },
    message:
      "access mode PrivateOnly excludes Azure ML, which writes to Application Insights from outside of the scope (source: Azure ML network isolation)",
    help: "use Open for both modes",
  },
  {
    code: "registry-abac",
    type: "Microsoft.ContainerRegistry/registries",
    at: "properties.roleAssignmentMode",
    holds: ({ properties }, all) =>
      asObject(properties).roleAssignmentMode === "AbacRepositoryPermissions" && all.some(givesRegistryRole),
    message:
      "roleAssignmentMode AbacRepositoryPermissions excludes AcrPull and AcrPush, which such registries do not honour, so nothing could be pulled (source: Azure Container Registry, ABAC)",
    help: "use LegacyRegistryPermissions",
  },
  {
    code: "managed-network",
    type: WORKSPACE,
    at: "properties.managedNetwork.isolationMode",
    holds: (body) => !["", "Disabled"].includes(asString(of(body, "managedNetwork").isolationMode)),
    message:
      "a managed network excludes attached clusters, and cannot be left again (source: Azure ML managed virtual network, limitations)",
    help: "use Disabled; privateNetworking and egress close the workspace's own network",
  },
  {
    code: "user-assigned-workspace",
    type: WORKSPACE,
    at: "identity.type",
    holds: ({ identity }) => asString(asObject(identity).type) === "UserAssigned",
    message:
      "a workspace with user-assigned identities alone excludes attaching the cluster, which Trusted Access opens to the system-assigned one (source: Azure/AML-Kubernetes issue 279)",
    help: "use SystemAssigned or SystemAssigned,UserAssigned",
  },
  {
    code: "read-only-lock",
    type: "Microsoft.Authorization/locks",
    at: "properties.level",
    holds: ({ properties }) => asObject(properties).level === "ReadOnly",
    message:
      "a ReadOnly lock excludes listing keys and credentials, which are POSTs that Azure ML and AKS need (source: Azure Resource Manager locks)",
    help: "use CanNotDelete",
  },
  {
    code: "spot-max-unavailable",
    type: POOL,
    at: "properties.upgradeSettings.maxUnavailable",
    holds: (body) =>
      asObject(body.properties).scaleSetPriority === "Spot" && of(body, "upgradeSettings").maxUnavailable !== undefined,
    message:
      "scaleSetPriority Spot excludes upgradeSettings.maxUnavailable, which AKS refuses for such pools (source: AKS node pool upgrades)",
    help: "leave it out",
  },
  {
    code: "node-subnet-delegated",
    type: NETWORK,
    at: "properties.subnets",
    holds: (body, all) => usedSubnets(all, POOL).some((name) => asObjects(subnet(body, name)?.delegations).length > 0),
    message: "nodes exclude a delegation of their subnet (source: AKS networking)",
    help: "leave delegations out of the nodes' subnet",
  },
  {
    code: "subnet-without-way-out",
    type: NETWORK,
    at: "properties.subnets",
    holds: (body, all) =>
      [...usedSubnets(all, POOL), ...usedSubnets(all, COMPUTE)].some((name) => {
        const own = subnet(body, name);
        return own?.defaultOutboundAccess === false && !isSet(own.natGateway) && !isSet(own.routeTable);
      }),
    message:
      "defaultOutboundAccess false without a NAT gateway or a route excludes nodes, which find no way out and time out after ten minutes (source: Azure default outbound access)",
    help: "give the subnet natGateway or routeTable",
  },
];

/** What an added resource or a body that was written over excludes. Reads evaluated bodies. */
export function checkExclusions(resources: readonly Declared[]): Diagnostic[] {
  return resources.flatMap(({ symbol, type, body }) =>
    EXCLUSIONS.filter(
      (exclusion) => exclusion.type === type && Object.keys(body).length > 0 && exclusion.holds(body, resources),
    ).map(
      ({ code, at, message, help }): Diagnostic => ({
        code: `platform.${code}`,
        severity: "error",
        message,
        at: `resources.${symbol}.${at}`,
        help,
      }),
    ),
  );
}

const of = (body: JsonObject, member: string): JsonObject => asObject(asObject(body.properties)[member]);
const isSet = (value: JsonObject[string]) => Object.keys(asObject(value)).length > 0;

function givesRegistryRole({ type, body }: Declared): boolean {
  const id = asString(asObject(body.properties).roleDefinitionId).toLowerCase();
  return (
    type === "Microsoft.Authorization/roleAssignments" && [ROLES.acrPull.id, ROLES.acrPush.id].some((role) => id.endsWith(role))
  );
}

/** Names of the subnets that resources of a type put their machines into. */
function usedSubnets(all: readonly Declared[], type: string): string[] {
  const ids = all
    .filter((resource) => resource.type === type)
    .map(({ body }) => asObject(body.properties))
    .map((properties) => asString(properties.vnetSubnetID) || asString(asObject(asObject(properties.properties).subnet).id));
  return [...new Set(ids.filter((id) => id !== "").map((id) => id.slice(id.lastIndexOf("/") + 1)))];
}

function subnet(network: JsonObject, name: string): JsonObject | undefined {
  const found = asObjects(asObject(network.properties).subnets).find((each) => each.name === name);
  return found && asObject(found.properties);
}
