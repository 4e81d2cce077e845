import { NAME_RULES } from "../../../azure/index.ts";
import type { ProviderFactory } from "../../contract.ts";
import { createVaultPlane } from "../../planes/vault/index.ts";
import { checkNameAvailability } from "../common/global-name.ts";
import { deletedVaultActions } from "./deleted-vaults.ts";
import { VAULT_TYPE, vaults } from "./vaults.ts";

export const createKeyVault: ProviderFactory = (host) => ({
  namespace: "Microsoft.KeyVault",
  types: [vaults(host)],
  planes: [createVaultPlane(host)],
  actions: [
    checkNameAvailability({ host, type: VAULT_TYPE, rule: NAME_RULES[VAULT_TYPE], invalid: "AccountNameInvalid" }),
    ...deletedVaultActions(host),
  ],
});
