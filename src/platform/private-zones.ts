import { call, type Expr, get, type Input, type Members, type ProgramBuilder, text } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";

const DNS_API_VERSION = "2024-06-01";

/** Source: Microsoft's private DNS zone table. Storage takes its suffix from the cloud. */
export function zoneNames(settings: Settings) {
  const storage: Expr<string> = get(call("environment"), "suffixes", "storage");
  return {
    vault: "privatelink.vaultcore.azure.net",
    blob: text`privatelink.blob.${storage}`,
    file: text`privatelink.file.${storage}`,
    registry: "privatelink.azurecr.io",
    monitor: "privatelink.monitor.azure.com",
    oms: "privatelink.oms.opinsights.azure.com",
    ods: "privatelink.ods.opinsights.azure.com",
    agents: "privatelink.agentsvc.azure-automation.net",
    prometheus: text`privatelink.${settings.region}.prometheus.monitor.azure.com`,
  } satisfies Record<string, Input<string>>;
}

export const AZURE_ML_ZONE_NAMES = { workspaceApi: "privatelink.api.azureml.ms", notebooks: "privatelink.notebooks.azure.net" };

export type ZoneKey = keyof ReturnType<typeof zoneNames> | keyof typeof AZURE_ML_ZONE_NAMES;

/** Zones of one table, with their links to the network. */
export interface Zones {
  readonly zones: Members;
  readonly links: Members;
}

interface ZonesNeeds {
  readonly of: string;
  readonly names: Readonly<Record<string, Input<string>>>;
  readonly condition?: Expr<boolean>;
}

/** Private zones, in which the network looks names up before it asks in public. */
export function declareZones(program: ProgramBuilder, settings: Settings, network: Network, needs: ZonesNeeds): Zones {
  const { of, names, condition } = needs;
  const rows = Object.entries(names).map(([key, name]) => [key, { name }] as const);
  const table = program.table(`${of}ZoneNames`, "zone", Object.fromEntries(rows));
  const zones = program.loop(`${of}DnsZones`, table, (zone) => ({
    symbol: (key) => `${key}Zone`,
    type: `Microsoft.Network/privateDnsZones@${DNS_API_VERSION}`,
    concern: "private-link",
    name: zone.get("name"),
    ...onlyIf(condition),
    body: { location: "global", tags: settings.resourceTags },
  }));
  const links = program.loop(`${of}DnsZoneLinks`, table, (zone) => ({
    symbol: (key) => `${key}ZoneLink`,
    type: `Microsoft.Network/privateDnsZones/virtualNetworkLinks@${DNS_API_VERSION}`,
    concern: "private-link",
    name: "vnet-mlops",
    parent: zones.of(zone.key),
    ...onlyIf(condition),
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
