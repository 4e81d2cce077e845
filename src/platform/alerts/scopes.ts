import type { ResourceHandle } from "../../ir/index.ts";

/** What alerts look at. */
export interface AlertScopes {
  readonly cluster: ResourceHandle;
  readonly workspace: ResourceHandle;
  readonly keyVault: ResourceHandle;
  readonly storageAccount: ResourceHandle;
  readonly containerRegistry: ResourceHandle;
  readonly natGateway: ResourceHandle;
  readonly firewall: ResourceHandle;
  readonly backupVault: ResourceHandle;
  readonly logAnalytics: ResourceHandle;
  readonly monitorAccount: ResourceHandle;
}
