import type { CloudHost } from "../../contract.ts";
import { textAt } from "../common/body.ts";
import { lastName } from "../common/ids.ts";

/** Azure Monitor's own hosts, by the domain that a private zone stands for; a scope answers for all of them. */
const MONITOR_HOSTS: Readonly<Record<string, readonly string[]>> = {
  "monitor.azure.com": ["api", "global.in.ai", "profiler", "live", "snapshot", "global.handler.control"],
  "oms.opinsights.azure.com": ["rehearsal"],
  "ods.opinsights.azure.com": ["rehearsal"],
  "agentsvc.azure-automation.net": ["rehearsal"],
};
const REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries";
/** Holds the solutions' packages; the reason why a scope's zones include that of blobs. */
const MONITOR_BLOBS = "scadvisorcontentpl";

/** The names that lead to a target through an endpoint of its sub-resource. */
export function privateNames(host: CloudHost, target: string, group: string): string[] {
  const name = lastName(target).toLowerCase();
  const { vaultSuffix, registrySuffix, storageSuffix } = host.endpoints;
  const resource = host.resources.get(target);
  const region = resource?.location ?? "";
  switch (group.toLowerCase()) {
    case "vault":
      return [`${name}.${vaultSuffix}`];
    case "registry":
      return [
        ...registryRegions(host, target, region).map((each) => `${name}.${each}.data.${registrySuffix}`),
        `${name}.${registrySuffix}`,
      ];
    case "amlworkspace":
      return [`${name}.workspace.${region}.api`, `${name}.${region}.notebooks`];
    case "amlregistry":
      return [`${textAt(resource, "properties.registryId") ?? name}.registry.${region}.api`];
    case "azuremonitor":
      return [
        ...Object.entries(MONITOR_HOSTS).flatMap(([domain, names]) => names.map((each) => `${each}.${domain}`)),
        `${MONITOR_BLOBS}.blob.${storageSuffix}`,
      ];
    case "prometheusmetrics":
      return [new URL(textAt(resource, "properties.metrics.prometheusQueryEndpoint") ?? "https://unknown").hostname];
    default:
      return [`${name}.${group.toLowerCase()}.${storageSuffix}`];
  }
}

/** Every copy of a registry has data at an address of its own. */
function registryRegions(host: CloudHost, registry: string, own: string): string[] {
  return [own, ...host.resources.below(registry, `${REGISTRY_TYPE}/replications`).map(({ name }) => name.toLowerCase())];
}

/** Zones of a workspace and of Azure Monitor hold different names; every other service has one zone. */
export function belongsToZone(host: CloudHost, fqdn: string, zone: string): boolean {
  const kind = /\.(api|notebooks)$/.exec(fqdn)?.[1];
  if (kind !== undefined) return zone.split(".").includes(kind);
  const domain = monitorDomain(fqdn);
  if (domain !== undefined) return zone.toLowerCase() === `privatelink.${domain}`;
  const isBlob = fqdn.endsWith(`.blob.${host.endpoints.storageSuffix}`);
  return !isBlob || zone.toLowerCase().startsWith("privatelink.blob.");
}

function monitorDomain(fqdn: string): string | undefined {
  return Object.keys(MONITOR_HOSTS).find((domain) => fqdn.endsWith(`.${domain}`));
}

/** What stands before the service's own domain: `acr.westeurope.data` of `acr.westeurope.data.azurecr…`. */
export function recordName(host: CloudHost, fqdn: string): string {
  const { vaultSuffix, registrySuffix, storageSuffix } = host.endpoints;
  for (const suffix of [vaultSuffix, registrySuffix, monitorDomain(fqdn) ?? ""])
    if (suffix !== "" && fqdn.endsWith(`.${suffix}`)) return fqdn.slice(0, -suffix.length - 1);
  if (fqdn.endsWith(`.${storageSuffix}`) || fqdn.includes(".prometheus.")) return fqdn.split(".")[0] ?? fqdn;
  return fqdn.replace(/\.(api|notebooks)$/, "");
}
