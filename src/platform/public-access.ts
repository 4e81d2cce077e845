import { type Expr, when } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

/** `Disabled` with private networking: what is left are private endpoints and Azure's trusted services. */
export function enabledUnlessPrivate(settings: Settings): Expr<string> {
  return when<string>(settings.profile("privateNetworking"), "Disabled", "Enabled");
}

/** The two members that storage accounts and vaults have in common; Azure ML reaches both as a trusted service. */
export function publicAccess(settings: Settings) {
  return {
    publicNetworkAccess: enabledUnlessPrivate(settings),
    networkAcls: {
      bypass: "AzureServices",
      defaultAction: when<string>(settings.profile("privateNetworking"), "Deny", "Allow"),
    },
  };
}
