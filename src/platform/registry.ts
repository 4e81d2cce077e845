import { and, call, equals, not, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Observability } from "./observability.ts";
import { enabledUnlessPrivate } from "./public-access.ts";
import { type Settings, spelledInAddresses } from "./settings.ts";

const API_VERSION = "2025-11-01";

export interface Registry {
  readonly registry: ResourceHandle;
  /** The copy in a second region, where one is wanted. */
  readonly replica: ResourceHandle;
}

export function declareRegistry(program: ProgramBuilder, settings: Settings, { logAnalytics }: Observability): Registry {
  const premium = equals(settings.profile("registrySku"), "Premium");
  const zones = not(call<boolean>("empty", settings.profile("availabilityZones")));
  const registry = program.resource("containerRegistry", {
    type: `Microsoft.ContainerRegistry/registries@${API_VERSION}`,
    concern: "registry",
    name: text`acrmlops${settings.nameSuffix}`,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      sku: { name: settings.profile("registrySku") },
      properties: {
        adminUserEnabled: false,
        publicNetworkAccess: enabledUnlessPrivate(settings),
        networkRuleBypassOptions: "AzureServices",
        // Only the Premium SKU takes these.
        policies: when(
          premium,
          { retentionPolicy: { status: "enabled", days: settings.profile("registryRetentionDays") } },
          null,
        ),
        dataEndpointEnabled: when(premium, true, null),
        zoneRedundancy: when<string>(and(premium, zones), "Enabled", "Disabled"),
      },
    },
    comment: "No admin user: nodes, jobs and endpoints pull with their own identities.",
  });
  declareDiagnostics(program, settings, "registry", { concern: "registry", scope: registry, logAnalytics });
  const region = spelledInAddresses(settings.registryReplicaLocation);
  const none = equals(settings.registryReplicaLocation, "");
  const replica = program.resource("registryReplica", {
    type: `Microsoft.ContainerRegistry/registries/replications@${API_VERSION}`,
    concern: "registry",
    // A template's names have to be whole even where nothing is deployed.
    name: when<string>(none, "replica", region),
    parent: registry,
    condition: not(none),
    body: {
      location: settings.registryReplicaLocation,
      tags: settings.resourceTags,
      properties: { regionEndpointEnabled: true },
    },
    comment: "Pulls go on when the region of the registry does not answer.",
  });
  return { registry, replica };
}
