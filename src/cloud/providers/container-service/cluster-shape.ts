import { normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource } from "../../contract.ts";
import { flagAt, objectAt, textAt, withDefaults } from "../common/body.ts";
import { lastName, resourceGroupOf } from "../common/ids.ts";
import { kubeletIdentity } from "./cluster-permissions.ts";
import { DEFAULT_SERVICE_CIDR } from "./service-range.ts";

/** What a cluster has that the client did not say; stable over updates. */
export function completeCluster(host: CloudHost, change: Change, version: string): Resource {
  const { id, name, body, previous } = change;
  const { subscriptionId, name: group } = resourceGroupOf(id);
  const location = normalizeLocation(body.location ?? "");
  const suffix = host.endpoints.storageSuffix.replace(/^core\./, "");
  const nodeResourceGroup =
    textAt(body, "properties.nodeResourceGroup") ??
    textAt(previous, "properties.nodeResourceGroup") ??
    `MC_${group}_${name}_${location}`.slice(0, 80);
  const dnsPrefix = textAt(body, "properties.dnsPrefix") ?? textAt(previous, "properties.dnsPrefix") ?? name;
  const uid = textAt(previous, "properties.resourceUID") ?? host.newGuid().replaceAll("-", "").slice(0, 24);
  const isPrivate = flagAt(body, "properties.apiServerAccessProfile.enablePrivateCluster") === true;
  const publicName = flagAt(body, "properties.apiServerAccessProfile.enablePrivateClusterPublicFQDN") ?? true;
  const host8 = `${dnsPrefix.toLowerCase()}-${uid.slice(0, 8)}`;
  const oidc =
    flagAt(body, "properties.oidcIssuerProfile.enabled") === true ||
    flagAt(previous, "properties.oidcIssuerProfile.enabled") === true;
  const readOnly: JsonObject = {
    resourceUID: uid,
    nodeResourceGroup,
    currentKubernetesVersion: version,
    kubernetesVersion:
      textAt(body, "properties.kubernetesVersion") ?? textAt(previous, "properties.kubernetesVersion") ?? version,
    ...(isPrivate ? { privateFQDN: `${host8}.privatelink.${location}.azmk8s.${suffix}` } : {}),
    ...(isPrivate && !publicName
      ? {}
      : {
          fqdn: `${host8}.hcp.${location}.azmk8s.${suffix}`,
          azurePortalFQDN: `${host8}.portal.hcp.${location}.azmk8s.${suffix}`,
        }),
    powerState:
      objectAt(previous, "properties.powerState").code === undefined
        ? { code: "Running" }
        : objectAt(previous, "properties.powerState"),
    oidcIssuerProfile: oidc
      ? {
          enabled: true,
          issuerURL:
            textAt(previous, "properties.oidcIssuerProfile.issuerURL") ??
            `https://${location}.oic.prod-aks.${suffix}/${host.tenantId}/${host.newGuid()}/`,
        }
      : { enabled: false },
    identityProfile: {
      kubeletidentity: kubelet(host, change, `/subscriptions/${subscriptionId}/resourceGroups/${nodeResourceGroup}`),
    },
    servicePrincipalProfile: { clientId: "msi" },
    maxAgentPools: 100,
  };
  const sku = { name: textAt(body, "sku.name") ?? "Base", tier: textAt(body, "sku.tier") ?? "Free" };
  return { ...body, sku, properties: { ...withDefaults(body.properties, defaults(body)), ...readOnly, dnsPrefix } };
}

/** Without one of its own the cluster gets an identity `{cluster}-agentpool` in the node resource group. */
function kubelet(host: CloudHost, { name, body, previous, preflight }: Change, nodeGroup: string): JsonObject {
  const made = `${nodeGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}-agentpool`;
  const resourceId = kubeletIdentity(body) ?? kubeletIdentity(previous) ?? made;
  if (resourceId !== made) {
    const identity = host.resources.get(resourceId);
    return {
      resourceId,
      clientId: textAt(identity, "properties.clientId"),
      objectId: textAt(identity, "properties.principalId"),
    };
  }
  if (preflight === true) return { resourceId };
  const { clientId, principalId } = host.principals.managedIdentity(resourceId, lastName(resourceId));
  return { resourceId, clientId, objectId: principalId };
}

function defaults(body: Resource): JsonObject {
  const overlay = textAt(body, "properties.networkProfile.networkPluginMode") === "overlay";
  const plugin = textAt(body, "properties.networkProfile.networkPlugin") ?? "azure";
  return {
    enableRBAC: true,
    disableLocalAccounts: false,
    supportPlan: "KubernetesOfficial",
    networkProfile: {
      networkPlugin: plugin,
      networkDataplane: "azure",
      networkPolicy: "none",
      ...(overlay
        ? { podCidr: "10.244.0.0/16", podCidrs: [textAt(body, "properties.networkProfile.podCidr") ?? "10.244.0.0/16"] }
        : {}),
      serviceCidr: DEFAULT_SERVICE_CIDR,
      serviceCidrs: [textAt(body, "properties.networkProfile.serviceCidr") ?? DEFAULT_SERVICE_CIDR],
      dnsServiceIP: "10.0.0.10",
      outboundType: "loadBalancer",
      loadBalancerSku: "standard",
      ipFamilies: ["IPv4"],
    },
    addonProfiles: {},
    apiServerAccessProfile: {},
    autoUpgradeProfile: { nodeOSUpgradeChannel: "NodeImage" },
    bootstrapProfile: { artifactSource: "Direct" },
    metricsProfile: { costAnalysis: { enabled: false } },
    nodeProvisioningProfile: { mode: "Manual" },
    nodeResourceGroupProfile: { restrictionLevel: "Unrestricted" },
    securityProfile: {},
    storageProfile: { diskCSIDriver: { enabled: true }, fileCSIDriver: { enabled: true }, snapshotController: { enabled: true } },
    workloadAutoScalerProfile: {},
  };
}
