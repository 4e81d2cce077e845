import type { ProviderFactory } from "../../contract.ts";
import { backupInstances } from "./backup-instances.ts";
import { backupPolicies } from "./backup-policies.ts";
import { backupVaults } from "./backup-vaults.ts";

/** Azure Backup of clusters. */
export const createDataProtection: ProviderFactory = (host) => ({
  namespace: "Microsoft.DataProtection",
  types: [backupVaults(host), backupPolicies(host), backupInstances(host)],
});
