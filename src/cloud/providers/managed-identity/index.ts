import type { ProviderFactory } from "../../contract.ts";
import { federatedIdentityCredentials } from "./federated-identity-credentials.ts";
import { userAssignedIdentities } from "./user-assigned-identities.ts";

export const createManagedIdentity: ProviderFactory = (host) => ({
  namespace: "Microsoft.ManagedIdentity",
  types: [userAssignedIdentities(host), federatedIdentityCredentials(host)],
});
