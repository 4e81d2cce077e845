import { NAME_RULES } from "../../../azure/index.ts";
import type { ProviderFactory } from "../../contract.ts";
import { checkNameAvailability } from "../common/global-name.ts";
import { createGraveyard } from "../common/graveyard.ts";
import { deletedVaultActions } from "./deleted-vaults.ts";
import { VAULT_TYPE, vaults } from "./vaults.ts";

export const createKeyVault: ProviderFactory = (host) => {
  const deleted = createGraveyard(host, "key-vault-deleted");
  const alsoTaken = (name: string) => deleted.find(name) !== undefined;
  return {
    namespace: "Microsoft.KeyVault",
    types: [vaults(host, deleted)],
    actions: [
      checkNameAvailability({ host, type: VAULT_TYPE, rule: NAME_RULES[VAULT_TYPE], invalid: "AccountNameInvalid", alsoTaken }),
      ...deletedVaultActions(deleted),
    ],
  };
};
