import { defineConfig, text } from "quayside";

/** A team that adds an identity for its feature store and hardens what the platform brings. */
export default defineConfig({
  resourceGroup: "rg-features",
  parameters: { aksNodeCount: 2, tags: { team: "features" } },
  extend(platform) {
    const owner = platform.string("storeOwner", { description: "Team that owns the feature store.", default: "ml" });
    const identity = platform.resource("featureStoreIdentity", {
      type: "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30",
      concern: "features",
      name: text`id-features-${platform.parameters.environmentName}`,
      body: { location: platform.parameters.location, tags: platform.tags },
      comment: "The feature store acts as this identity.",
    });
    platform.override("storageAccount", {
      tags: { owner },
      properties: { allowCrossTenantReplication: false, encryption: { requireInfrastructureEncryption: true } },
    });
    platform.output("featureStoreIdentityId", "string", "Resource id of the feature store's identity.", identity.id);
  },
});
