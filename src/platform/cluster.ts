import {
  type AnyInput,
  call,
  type Expr,
  entries,
  equals,
  get,
  not,
  or,
  type ProgramBuilder,
  type ResourceHandle,
  text,
  when,
} from "../ir/index.ts";
import { PART_OF } from "./cluster-words.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import { type Egress, hasApiServerSubnet, wayOut } from "./egress/index.ts";
import type { Identities } from "./identity.ts";
import { declareMaintenance } from "./maintenance.ts";
import type { Network } from "./network.ts";
import { AKS_API_VERSION, declareGpuPool, declareMlPool, declareSpotPool, nodeDefaults, poolSize } from "./node-pools.ts";
import type { Observability } from "./observability.ts";
import type { RoleAssignments } from "./roles.ts";
import type { Settings } from "./settings.ts";

export interface ClusterNeeds {
  readonly identities: Identities;
  readonly network: Network;
  readonly egress: Egress;
  readonly observability: Observability;
  readonly roles: RoleAssignments;
}

export interface Cluster {
  readonly cluster: ResourceHandle;
  readonly mlPool: ResourceHandle;
  readonly gpuPool: ResourceHandle;
  readonly spotPool: ResourceHandle;
  readonly namespace: ResourceHandle;
  /** The last write on the cluster itself; AKS takes one at a time. */
  readonly ready: ResourceHandle;
}

export function declareCluster(program: ProgramBuilder, settings: Settings, needs: ClusterNeeds): Cluster {
  const { identities, network, roles } = needs;
  const cluster = program.resource("aksCluster", {
    type: `Microsoft.ContainerService/managedClusters@${AKS_API_VERSION}`,
    concern: "cluster",
    name: settings.clusterName,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      sku: { name: "Base", tier: settings.profile("clusterTier") },
      identity: { type: "UserAssigned", userAssignedIdentities: entries([[identities.controlPlane.id, {}]]) },
      properties: {
        kubernetesVersion: settings.kubernetesVersion,
        dnsPrefix: text`mlops-${settings.nameSuffix}`,
        nodeResourceGroup: nodeResourceGroup(),
        nodeResourceGroupProfile: { restrictionLevel: settings.profile("nodeGroupRestriction") },
        agentPoolProfiles: [systemPool(settings, network)],
        identityProfile: {
          kubeletidentity: {
            resourceId: identities.kubelet.id,
            clientId: identities.kubelet.get("properties", "clientId"),
            objectId: identities.kubelet.get("properties", "principalId"),
          },
        },
        ...access(settings, network, needs.observability),
        ...networking(settings),
        ...operation(settings),
        ...monitoring(settings, needs.observability),
      },
    },
    dependsOn: [
      roles.controlPlaneNodes,
      roles.controlPlaneIngress,
      roles.controlPlaneApiServer,
      roles.controlPlaneKubelet,
      roles.controlPlaneRoutes,
      roles.kubeletPull,
      // Nodes that find no way out fail after a quarter of an hour.
      needs.egress.firewall,
      network.peering,
    ],
    comment:
      "A PUT replaces the whole cluster definition, so the body is complete. The roles come first: creation joins the subnets and assigns the kubelet identity.",
  });
  const mlPool = declareMlPool(program, settings, network, cluster);
  const gpuPool = declareGpuPool(program, settings, network, cluster, mlPool);
  const spotPool = declareSpotPool(program, settings, network, cluster, [mlPool, gpuPool]);
  const namespace = declareNamespace(program, settings, cluster, [mlPool, gpuPool, spotPool]);
  const ready = declareMaintenance(program, settings, cluster, namespace);
  declareDiagnostics(program, settings, "cluster", {
    concern: "cluster",
    scope: cluster,
    logAnalytics: needs.observability.logAnalytics,
  });
  return { cluster, mlPool, gpuPool, spotPool, namespace, ready };
}

/** The group in which AKS keeps the nodes. AKS refuses names of more than 80 characters. */
export function nodeResourceGroup(): Expr<string> {
  return call<string>("take", text`${get<string>(call("resourceGroup"), "name")}-nodes`, 80);
}

function systemPool(settings: Settings, network: Network): AnyInput {
  return {
    name: "system",
    mode: "System",
    type: "VirtualMachineScaleSets",
    ...nodeDefaults(settings, network),
    osSKU: "AzureLinux",
    vmSize: settings.systemNodeVmSize,
    ...poolSize(settings, {
      name: "system",
      least: settings.profile("systemNodeCount"),
      most: settings.profile("systemNodeMaxCount"),
    }),
    nodeTaints: settings.profile("systemNodeTaints"),
    upgradeSettings: { maxSurge: "1" },
  };
}

/** Who gets in: Microsoft Entra and Azure roles only. */
function access(settings: Settings, network: Network, { logAnalytics }: Observability) {
  return {
    enableRBAC: true,
    disableLocalAccounts: true,
    aadProfile: {
      managed: true,
      enableAzureRBAC: true,
      tenantID: get<string>(call("subscription"), "tenantId"),
      adminGroupObjectIDs: when<string[]>(equals(settings.adminGroupObjectId, ""), [], [settings.adminGroupObjectId]),
    },
    apiServerAccessProfile: apiServer(settings, network),
    publicNetworkAccess: when<string>(settings.profile("privateApiServer"), "Disabled", "Enabled"),
    oidcIssuerProfile: { enabled: true },
    securityProfile: {
      workloadIdentity: { enabled: true },
      imageCleaner: { enabled: true, intervalHours: 168 },
      defender: when<object>(
        settings.profile("defender"),
        { logAnalyticsWorkspaceResourceId: logAnalytics.id, securityMonitoring: { enabled: true } },
        null,
      ),
    },
  };
}

function apiServer(settings: Settings, network: Network): AnyInput {
  const [isPrivate, isIntegrated] = [settings.profile("privateApiServer"), hasApiServerSubnet(settings)];
  return {
    disableRunCommand: settings.profile("disableRunCommand"),
    // The nodes themselves call from the network's own address. A private API server takes no ranges.
    authorizedIPRanges: when<string[]>(
      or(isPrivate, call<boolean>("empty", settings.apiServerAllowedRanges)),
      [],
      when<string[]>(
        wayOut(settings).byHub,
        settings.apiServerAllowedRanges,
        call<string[]>("union", settings.apiServerAllowedRanges, [text`${network.egressAddress}/32`]),
      ),
    ),
    enablePrivateCluster: isPrivate,
    enableVnetIntegration: isIntegrated,
    subnetId: when<string>(isIntegrated, network.apiServerSubnet.id, null),
    privateDNSZone: when<string>(isPrivate, "system", null),
    // The name resolves in public, to a private address: Azure ML has to resolve it.
    enablePrivateClusterPublicFQDN: when<boolean>(isPrivate, true, null),
  };
}

function networking(settings: Settings) {
  return {
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      networkDataplane: "cilium",
      networkPolicy: "cilium",
      podCidr: settings.podCidr,
      serviceCidr: settings.serviceCidr,
      dnsServiceIP: settings.dnsServiceIp,
      outboundType: when<string>(wayOut(settings).routed, "userDefinedRouting", "userAssignedNATGateway"),
      loadBalancerSku: "standard",
    },
  };
}

function operation(settings: Settings) {
  return {
    autoUpgradeProfile: { upgradeChannel: settings.profile("upgradeChannel"), nodeOSUpgradeChannel: "NodeImage" },
    autoScalerProfile: {
      expander: "least-waste",
      "balance-similar-node-groups": "true",
      "scale-down-unneeded-time": "10m",
      // Azure ML's pods use empty directories; the default would pin their nodes for ever.
      "skip-nodes-with-local-storage": "false",
      // GPU nodes need 10 to 15 minutes to become ready.
      "max-node-provision-time": "20m",
    },
    storageProfile: {
      diskCSIDriver: { enabled: true },
      fileCSIDriver: { enabled: true },
      blobCSIDriver: { enabled: true },
      snapshotController: { enabled: true },
    },
    // Cost analysis is not part of the Free tier.
    metricsProfile: { costAnalysis: { enabled: not(equals(settings.profile("clusterTier"), "Free")) } },
  };
}

function monitoring(settings: Settings, { logAnalytics }: Observability) {
  return {
    addonProfiles: {
      azurepolicy: { enabled: true, config: { version: "v2" } },
      azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "true", rotationPollInterval: "2m" } },
      // Signs in as an identity; what it collects stands in the rule that is associated with the cluster.
      omsagent: {
        enabled: settings.profile("containerInsights"),
        config: when<object>(
          settings.profile("containerInsights"),
          { logAnalyticsWorkspaceResourceID: logAnalytics.id, useAADAuth: "true" },
          null,
        ),
      },
    },
    azureMonitorProfile: {
      metrics: {
        enabled: settings.profile("managedPrometheus"),
        controlPlane: { enabled: settings.profile("managedPrometheus") },
        kubeStateMetrics: { metricLabelsAllowlist: "nodes=[agentpool]", metricAnnotationsAllowList: "" },
      },
    },
  };
}

function declareNamespace(
  program: ProgramBuilder,
  settings: Settings,
  cluster: ResourceHandle,
  after: readonly ResourceHandle[],
): ResourceHandle {
  return program.resource("mlNamespace", {
    type: `Microsoft.ContainerService/managedClusters/managedNamespaces@${AKS_API_VERSION}`,
    concern: "cluster",
    name: settings.computeNamespace,
    parent: cluster,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        labels: PART_OF,
        // Adds up with the policies of kubernetes/: AllowAll would undo their default-deny.
        defaultNetworkPolicy: { ingress: settings.profile("namespaceTraffic"), egress: settings.profile("namespaceTraffic") },
        adoptionPolicy: "IfIdentical",
        deletePolicy: settings.profile("namespaceDeletePolicy"),
      },
    },
    dependsOn: after,
    comment: "Azure ML attaches to a namespace that exists; made here, nobody needs kubectl.",
  });
}
