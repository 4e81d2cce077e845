import { equals, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Observability } from "./observability.ts";
import { enabledUnlessPrivate } from "./public-access.ts";
import type { Settings } from "./settings.ts";

export function declareRegistry(program: ProgramBuilder, settings: Settings, { logAnalytics }: Observability): ResourceHandle {
  const premium = equals(settings.profile("registrySku"), "Premium");
  const registry = program.resource("containerRegistry", {
    type: "Microsoft.ContainerRegistry/registries@2025-11-01",
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
        policies: when(premium, { retentionPolicy: { status: "enabled", days: 30 } }, null),
        dataEndpointEnabled: when(premium, true, null),
      },
    },
    comment: "No admin user: nodes, jobs and endpoints pull with their own identities.",
  });
  declareDiagnostics(program, settings, "registry", { concern: "registry", scope: registry, logAnalytics });
  return registry;
}
