import {
  and,
  call,
  type Expr,
  get,
  type Input,
  type Members,
  type ProgramBuilder,
  type ResourceHandle,
  text,
} from "../ir/index.ts";
import type { Identities } from "./identity.ts";
import { hasMlRegistry, type MlRegistry } from "./ml-registry.ts";
import type { Network } from "./network.ts";
import type { Observability } from "./observability.ts";
import { identityPrincipal, systemPrincipal } from "./principals.ts";
import type { Registry } from "./registry.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";

export interface PrivateLinkNeeds {
  readonly identities: Identities;
  readonly network: Network;
  readonly observability: Observability;
  readonly storage: ResourceHandle;
  readonly vault: ResourceHandle;
  readonly registry: Registry;
  readonly mlRegistry: MlRegistry;
  readonly workspace: ResourceHandle;
}

type ZoneKey =
  | "vault"
  | "blob"
  | "file"
  | "registry"
  | "workspaceApi"
  | "notebooks"
  | "monitor"
  | "oms"
  | "ods"
  | "agents"
  | "prometheus";

/** Source: Microsoft's private DNS zone table. Storage takes its suffix from the cloud. */
function zoneNames(settings: Settings): Record<ZoneKey, Input<string>> {
  const storage: Expr<string> = get(call("environment"), "suffixes", "storage");
  return {
    vault: "privatelink.vaultcore.azure.net",
    blob: text`privatelink.blob.${storage}`,
    file: text`privatelink.file.${storage}`,
    registry: "privatelink.azurecr.io",
    workspaceApi: "privatelink.api.azureml.ms",
    notebooks: "privatelink.notebooks.azure.net",
    monitor: "privatelink.monitor.azure.com",
    oms: "privatelink.oms.opinsights.azure.com",
    ods: "privatelink.ods.opinsights.azure.com",
    agents: "privatelink.agentsvc.azure-automation.net",
    prometheus: text`privatelink.${settings.region}.prometheus.monitor.azure.com`,
  };
}

interface Endpoint {
  readonly name: string;
  /** The sub-resource that is reached. */
  readonly groupId: string;
  /** All zones of a resource go into one group; a workspace with one of its two zones is half resolved. */
  readonly zones: readonly ZoneKey[];
  /** Where what is reached is not always there: when it is. */
  readonly given?: (settings: Settings) => Expr<boolean>;
}

const ENDPOINTS = {
  vault: { name: "pep-vault", groupId: "vault", zones: ["vault"] },
  blob: { name: "pep-blob", groupId: "blob", zones: ["blob"] },
  file: { name: "pep-file", groupId: "file", zones: ["file"] },
  registry: { name: "pep-registry", groupId: "registry", zones: ["registry"] },
  workspace: { name: "pep-workspace", groupId: "amlworkspace", zones: ["workspaceApi", "notebooks"] },
  mlRegistry: { name: "pep-ml-registry", groupId: "amlregistry", zones: ["workspaceApi"], given: hasMlRegistry },
  // Of a private registry, Azure ML asks for endpoints to what it keeps its assets in as well.
  mlRegistryStorage: { name: "pep-ml-registry-storage", groupId: "blob", zones: ["blob"], given: hasMlRegistry },
  mlRegistryImages: { name: "pep-ml-registry-images", groupId: "registry", zones: ["registry"], given: hasMlRegistry },
  monitor: { name: "pep-monitor", groupId: "azuremonitor", zones: ["monitor", "oms", "ods", "agents", "blob"] },
  prometheus: { name: "pep-prometheus", groupId: "prometheusMetrics", zones: ["prometheus"] },
} as const satisfies Record<string, Endpoint>;

type EndpointKey = keyof typeof ENDPOINTS;

/**
 * The endpoint that every environment has: training nodes without a public address reach Azure ML through nothing else, and
 * it refuses them to a workspace without one.
 */
const EVERYWHERE = ENDPOINTS.workspace;

/** What an endpoint leads to. */
interface Target {
  readonly id: Expr<string>;
  /** What it answers for has to be complete before an endpoint gets its addresses. */
  readonly after?: readonly ResourceHandle[];
}

/** The zone group of each endpoint: once it is there, names lead to private addresses. */
export type PrivateLink = Record<EndpointKey, ResourceHandle>;

const NETWORK_API_VERSION = "2025-07-01";
const DNS_API_VERSION = "2024-06-01";

/** Private endpoints, the zones in which their names are found, and the scope through which monitoring is reached. */
export function declarePrivateLink(program: ProgramBuilder, settings: Settings, needs: PrivateLinkNeeds): PrivateLink {
  const condition = settings.profile("privateNetworking");
  const { zones, links } = declareZones(program, settings, needs.network);
  const monitor = declareMonitorScope(program, settings, needs.observability);
  const targets: Record<EndpointKey, Target> = {
    vault: needs.vault,
    blob: needs.storage,
    file: needs.storage,
    registry: { id: needs.registry.registry.id, after: [needs.registry.replica] },
    workspace: needs.workspace,
    mlRegistry: needs.mlRegistry.registry,
    mlRegistryStorage: needs.mlRegistry.storage,
    mlRegistryImages: needs.mlRegistry.images,
    monitor: { id: monitor.scope.id, after: monitor.members },
    prometheus: needs.observability.monitorAccount,
  };
  const wantedWhen = (name: string, given?: Expr<boolean>) => (name === EVERYWHERE.name ? true : given && and(condition, given));
  const rows = Object.entries<Endpoint>(ENDPOINTS).map(
    ([key, { given, ...endpoint }]) =>
      [
        key,
        { ...endpoint, target: targets[key as EndpointKey].id, wanted: wantedWhen(endpoint.name, given?.(settings)) },
      ] as const,
  );
  const table = program.table("privateLinks", "link", Object.fromEntries(rows));
  const endpoints = program.loop("privateEndpoints", table, (link) => ({
    symbol: (key) => `${key}Endpoint`,
    type: `Microsoft.Network/privateEndpoints@${NETWORK_API_VERSION}`,
    concern: "private-link",
    name: link.get("name"),
    condition: link.get("wanted", condition),
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        subnet: { id: needs.network.privateEndpointSubnet.id },
        customNetworkInterfaceName: text`nic-${link.get("name")}`,
        privateLinkServiceConnections: [
          {
            name: link.get("name"),
            properties: { privateLinkServiceId: link.get("target"), groupIds: [link.get("groupId")] },
          },
        ],
      },
    },
    dependsOn: (key) => targets[key as EndpointKey].after ?? [],
  }));
  const groups = program.loop("privateEndpointZones", table, (link) => ({
    symbol: (key) => `${key}EndpointZones`,
    type: `Microsoft.Network/privateEndpoints/privateDnsZoneGroups@${NETWORK_API_VERSION}`,
    concern: "private-link",
    name: "default",
    parent: endpoints.of(link.key),
    condition: link.get("wanted", condition),
    body: {
      properties: {
        privateDnsZoneConfigs: link.map("zones", "zone", (zone) => ({
          name: zone.value,
          properties: { privateDnsZoneId: zones.of(zone.value).id },
        })),
      },
    },
    dependsOn: (key) => ENDPOINTS[key as EndpointKey].zones.map((zone) => links.at(zone)),
  }));
  for (const key of ["blob", "file"] as const) {
    declareRoleAssignment(program, {
      symbol: `workspaceReads${key === "blob" ? "Blob" : "File"}Endpoint`,
      concern: "private-link",
      to: systemPrincipal(needs.workspace),
      condition,
      role: "reader",
      scope: endpoints.at(key),
      why: "Let the studio preview data behind the private endpoint.",
    });
  }
  declareRoleAssignment(program, {
    symbol: "trainingPush",
    concern: "private-link",
    to: identityPrincipal(needs.identities.training),
    condition,
    role: "acrPush",
    scope: needs.registry.registry,
    why: "Push the images that the training cluster builds, as only it reaches the private registry.",
  });
  return Object.fromEntries(Object.keys(ENDPOINTS).map((key) => [key, groups.at(key)])) as PrivateLink;
}

function declareZones(program: ProgramBuilder, settings: Settings, network: Network): { zones: Members; links: Members } {
  const condition = settings.profile("privateNetworking");
  const everywhere: readonly string[] = EVERYWHERE.zones;
  const rows = Object.entries(zoneNames(settings)).map(
    ([key, name]) => [key, { name, wanted: everywhere.includes(key) ? true : undefined }] as const,
  );
  const table = program.table("privateZoneNames", "zone", Object.fromEntries(rows));
  const zones = program.loop("privateDnsZones", table, (zone) => ({
    symbol: (key) => `${key}Zone`,
    type: `Microsoft.Network/privateDnsZones@${DNS_API_VERSION}`,
    concern: "private-link",
    name: zone.get("name"),
    condition: zone.get("wanted", condition),
    body: { location: "global", tags: settings.resourceTags },
  }));
  const links = program.loop("privateDnsZoneLinks", table, (zone) => ({
    symbol: (key) => `${key}ZoneLink`,
    type: `Microsoft.Network/privateDnsZones/virtualNetworkLinks@${DNS_API_VERSION}`,
    concern: "private-link",
    name: "vnet-mlops",
    parent: zones.of(zone.key),
    condition: zone.get("wanted", condition),
    body: {
      location: "global",
      tags: settings.resourceTags,
      properties: {
        registrationEnabled: false,
        // Names of other people's resources that have no record here are looked up in public.
        resolutionPolicy: "NxDomainRedirect",
        virtualNetwork: { id: network.virtualNetwork.id },
      },
    },
  }));
  return { zones, links };
}

/** Open mode: Azure ML does not work where everything outside of the scope is refused. */
function declareMonitorScope(program: ProgramBuilder, settings: Settings, observability: Observability) {
  const condition = settings.profile("privateNetworking");
  const scope = program.resource("monitorScope", {
    type: "Microsoft.Insights/privateLinkScopes@2021-09-01",
    concern: "private-link",
    name: "ampls-mlops",
    condition,
    body: {
      location: "global",
      tags: settings.resourceTags,
      properties: { accessModeSettings: { ingestionAccessMode: "Open", queryAccessMode: "Open" } },
    },
    comment: "One for each network: its zones answer for all of Azure Monitor.",
  });
  const linked = {
    Logs: observability.logAnalytics,
    Insights: observability.applicationInsights,
    Collection: observability.collectionEndpoint,
  };
  const members: ResourceHandle[] = [];
  for (const [word, target] of Object.entries(linked)) {
    members.push(
      program.resource(`monitorScope${word}`, {
        type: "Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01",
        concern: "private-link",
        name: word.toLowerCase(),
        parent: scope,
        condition,
        body: { properties: { linkedResourceId: target.id } },
        dependsOn: members.slice(-1),
        comment: "One after the other, and all of them before the private endpoint of the scope.",
      }),
    );
  }
  return { scope, members };
}
