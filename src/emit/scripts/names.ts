/** What people know from the recipe: the resource group and the region that are taken when none is named. */
export const RESOURCE_GROUP = "rg-mlops-pipeline";
export const LOCATION = "eastus";
/** `az deployment group create` names a deployment after its template. */
export const DEPLOYMENT = "main";
/** The tag that every operation of Quayside looks for before it touches a resource group. */
export const OWNER_TAG = { name: "managedBy", value: "quayside" } as const;

/** The oldest versions that know what the scripts ask for. */
export const TOOLS = { az: "2.50.0", jq: "1.6", curl: "7.66.0", kubectl: "1.28.0" } as const;

/** The same endings as the quayside command has. */
export const EXIT = { failed: 1, usage: 2, diagnostics: 3, verification: 4, declined: 5, interrupted: 130 } as const;

/** Flags of the scripts themselves, which a parameter cannot have. */
export const OWN_FLAGS = [
  "resource-group",
  "subscription",
  "tenant",
  "parameters",
  "kubeconfig",
  "grant-access",
  "skip-kubernetes",
  "what-if",
  "yes",
  "help",
] as const;

/** Environment variables that mean something else already. */
export const OWN_VARIABLES = [
  "AZURE_SUBSCRIPTION_ID",
  "AZURE_TENANT_ID",
  "RESOURCE_GROUP",
  "QUAYSIDE_POLL_SECONDS",
  "KUBECONFIG",
  "HOME",
  "PATH",
  "IFS",
  "TMPDIR",
] as const;
