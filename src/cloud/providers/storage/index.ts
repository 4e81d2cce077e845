import { NAME_RULES } from "../../../azure/index.ts";
import type { ProviderFactory } from "../../contract.ts";
import { checkNameAvailability } from "../common/global-name.ts";
import { containers } from "./containers.ts";
import { blobServices, fileServices, managementPolicies, queueServices, tableServices } from "./services.ts";
import { ACCOUNT_TYPE, storageAccounts } from "./storage-accounts.ts";

export const createStorage: ProviderFactory = (host) => ({
  namespace: "Microsoft.Storage",
  types: [storageAccounts(host), blobServices, fileServices, queueServices, tableServices, containers(host), managementPolicies],
  async stop() {
    const { blobEngine } = await import("../../planes/blob/engine.ts");
    await blobEngine(host).close();
  },
  actions: [checkNameAvailability({ host, type: ACCOUNT_TYPE, rule: NAME_RULES[ACCOUNT_TYPE], invalid: "AccountNameInvalid" })],
});
