import { and, type Expr, type Members, type ProgramBuilder, type ResourceHandle, text } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import type { Identities } from "./identity.ts";
import { hasMlRegistry, type MlRegistry } from "./ml-registry.ts";
import type { Network } from "./network.ts";
import type { Observability } from "./observability.ts";
import { identityPrincipal, systemPrincipal } from "./principals.ts";
import { AZURE_ML_ZONE_NAMES, declareZones, type ZoneKey, type Zones, zoneNames } from "./private-zones.ts";
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
  registry: { name: "pep-registry", groupId: "registry", zones: ["registry"] },
  // Of a private registry, Azure ML asks for endpoints to what it keeps its assets in as well.
  mlRegistryStorage: { name: "pep-ml-registry-storage", groupId: "blob", zones: ["blob"], given: hasMlRegistry },
  mlRegistryImages: { name: "pep-ml-registry-images", groupId: "registry", zones: ["registry"], given: hasMlRegistry },
  monitor: { name: "pep-monitor", groupId: "azuremonitor", zones: ["monitor", "oms", "ods", "agents", "blob"] },
  prometheus: { name: "pep-prometheus", groupId: "prometheusMetrics", zones: ["prometheus"] },
} as const satisfies Record<string, Endpoint>;

/** After that of the blobs in the same account. */
const SECOND_ENDPOINTS = {
  file: { name: "pep-file", groupId: "file", zones: ["file"] },
} as const satisfies Record<string, Endpoint>;

/**
 * Whose names lie in Azure ML's own zones. The workspace has its endpoint in every environment: training nodes without a
 * public address reach Azure ML through nothing else, and it refuses them to a workspace without one.
 */
const AZURE_ML_ENDPOINTS = {
  workspace: { name: "pep-workspace", groupId: "amlworkspace", zones: ["workspaceApi", "notebooks"] },
  mlRegistry: {
    name: "pep-ml-registry",
    groupId: "amlregistry",
    zones: ["workspaceApi"],
    given: (settings) => and(settings.profile("privateNetworking"), hasMlRegistry(settings)),
  },
} as const satisfies Record<string, Endpoint>;

const ONE_BY_ONE =
  "An account takes one endpoint at a time: of two side by side, one may end with StorageAccountOperationInProgress.";

type EndpointKey = keyof typeof ENDPOINTS | keyof typeof SECOND_ENDPOINTS | keyof typeof AZURE_ML_ENDPOINTS;

/** What an endpoint leads to. */
interface Target {
  readonly id: Expr<string>;
  /** What it answers for has to be complete before an endpoint gets its addresses. */
  readonly after?: readonly ResourceHandle[];
}

/** The zone group of each endpoint: once it is there, names lead to private addresses. */
export type PrivateLink = Record<EndpointKey, ResourceHandle>;

const NETWORK_API_VERSION = "2025-07-01";

/** Private endpoints, the zones in which their names are found, and the scope through which monitoring is reached. */
export function declarePrivateLink(program: ProgramBuilder, settings: Settings, needs: PrivateLinkNeeds): PrivateLink {
  const condition = settings.profile("privateNetworking");
  const zones = declareZones(program, settings, needs.network, { of: "private", names: zoneNames(settings), condition });
  const azureMlZones = declareZones(program, settings, needs.network, { of: "azureMl", names: AZURE_ML_ZONE_NAMES });
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
  const declare = (links: Links) => declareEndpoints(program, settings, needs.network, { ...links, targets });
  const first = declare({ of: "private", links: ENDPOINTS, zones, condition });
  const blob = first.endpoints.at("blob");
  const second = declare({ of: "second", links: SECOND_ENDPOINTS, zones, condition, after: [blob], comment: ONE_BY_ONE });
  const ofAzureMl = declare({ of: "azureMl", links: AZURE_ML_ENDPOINTS, zones: azureMlZones });
  for (const [word, scope] of Object.entries({ Blob: blob, File: second.endpoints.at("file") })) {
    declareRoleAssignment(program, {
      symbol: `workspaceReads${word}Endpoint`,
      concern: "private-link",
      to: systemPrincipal(needs.workspace),
      condition,
      role: "reader",
      scope,
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
  const grouped = [
    ...keyedGroups(first.groups, ENDPOINTS),
    ...keyedGroups(second.groups, SECOND_ENDPOINTS),
    ...keyedGroups(ofAzureMl.groups, AZURE_ML_ENDPOINTS),
  ];
  return Object.fromEntries(grouped) as PrivateLink; // the compiler forgets the keys, which are those of all three tables
}

const keyedGroups = (groups: Members, links: object) => Object.keys(links).map((key) => [key, groups.at(key)] as const);

interface Links {
  readonly of: string;
  readonly links: Readonly<Record<string, Endpoint>>;
  readonly zones: Zones;
  readonly condition?: Expr<boolean>;
  readonly after?: readonly ResourceHandle[];
  readonly comment?: string;
}

function declareEndpoints(
  program: ProgramBuilder,
  settings: Settings,
  network: Network,
  { of, links, zones, condition, after = [], comment, targets }: Links & { readonly targets: Readonly<Record<string, Target>> },
) {
  const rows = Object.entries(links).map(
    ([key, { given, ...link }]) => [key, { ...link, target: targets[key]?.id, wanted: given?.(settings) }] as const,
  );
  const table = program.table(`${of}Links`, "link", Object.fromEntries(rows));
  const endpoints = program.loop(`${of}Endpoints`, table, (link) => ({
    symbol: (key) => `${key}Endpoint`,
    type: `Microsoft.Network/privateEndpoints@${NETWORK_API_VERSION}`,
    concern: "private-link",
    name: link.get("name"),
    ...onlyIf(condition, link.get("wanted", true)),
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        subnet: { id: network.privateEndpointSubnet.id },
        customNetworkInterfaceName: text`nic-${link.get("name")}`,
        privateLinkServiceConnections: [
          {
            name: link.get("name"),
            properties: { privateLinkServiceId: link.get("target"), groupIds: [link.get("groupId")] },
          },
        ],
      },
    },
    dependsOn: (key) => [...after, ...(targets[key]?.after ?? [])],
    ...(comment === undefined ? {} : { comment }),
  }));
  const groups = program.loop(`${of}EndpointZones`, table, (link) => ({
    symbol: (key) => `${key}EndpointZones`,
    type: `Microsoft.Network/privateEndpoints/privateDnsZoneGroups@${NETWORK_API_VERSION}`,
    concern: "private-link",
    name: "default",
    parent: endpoints.of(link.key),
    ...onlyIf(condition, link.get("wanted", true)),
    body: {
      properties: {
        privateDnsZoneConfigs: link.map("zones", "zone", (zone) => ({
          name: zone.value,
          properties: { privateDnsZoneId: zones.zones.of(zone.value).id },
        })),
      },
    },
    dependsOn: (key) => (links[key]?.zones ?? []).map((zone) => zones.links.at(zone)),
  }));
  return { endpoints, groups };
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
