/** Within what a name must be unique. */
export type NameScope = "global" | "region" | "resourceGroup" | "parent";

/** What Azure allows as the name of a resource of one type. */
export interface ResourceNameRule {
  readonly pattern: RegExp;
  /** The pattern in words. */
  readonly words: string;
  readonly scope: NameScope;
  /** Microsoft's recommended abbreviation (Cloud Adoption Framework); children that have none are left out. */
  readonly abbreviation?: string;
}

const rule = (pattern: RegExp, scope: NameScope, abbreviation: string | undefined, words: string): ResourceNameRule => ({
  pattern,
  words,
  scope,
  ...(abbreviation === undefined ? {} : { abbreviation }),
});

const NETWORK = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,78}[a-zA-Z0-9_])?$/;
const NETWORK_WORDS = "1 to 80 letters, digits, dots, underscores and hyphens, starting with a letter or digit";
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Keyed by type as Microsoft spells it. Source: "Naming rules and restrictions for Azure resources" and each service's own refusals. */
export const NAME_RULES = {
  "Microsoft.Resources/resourceGroups": rule(
    /^[\p{L}\p{N}._()-]{0,89}[\p{L}\p{N}_()-]$/u,
    "global",
    "rg",
    "1 to 90 letters, digits, dots, underscores, hyphens and parentheses, not ending in a dot",
  ),
  "Microsoft.ManagedIdentity/userAssignedIdentities": rule(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/,
    "resourceGroup",
    "id",
    "3 to 128 letters, digits, underscores and hyphens, starting with a letter or digit",
  ),
  "Microsoft.Network/virtualNetworks": rule(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}[a-zA-Z0-9_]$/,
    "resourceGroup",
    "vnet",
    "2 to 64 letters, digits, dots, underscores and hyphens, starting with a letter or digit",
  ),
  "Microsoft.Network/virtualNetworks/subnets": rule(NETWORK, "parent", "snet", NETWORK_WORDS),
  "Microsoft.Network/networkSecurityGroups": rule(NETWORK, "resourceGroup", "nsg", NETWORK_WORDS),
  "Microsoft.Network/publicIPAddresses": rule(NETWORK, "resourceGroup", "pip", NETWORK_WORDS),
  "Microsoft.Network/natGateways": rule(NETWORK, "resourceGroup", "ng", NETWORK_WORDS),
  "Microsoft.Network/azureFirewalls": rule(NETWORK, "resourceGroup", "afw", NETWORK_WORDS),
  "Microsoft.Network/firewallPolicies": rule(NETWORK, "resourceGroup", "afwp", NETWORK_WORDS),
  "Microsoft.Network/firewallPolicies/ruleCollectionGroups": rule(NETWORK, "parent", undefined, NETWORK_WORDS),
  "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": rule(NETWORK, "parent", undefined, NETWORK_WORDS),
  "Microsoft.Network/routeTables": rule(NETWORK, "resourceGroup", "rt", NETWORK_WORDS),
  "Microsoft.Network/privateEndpoints": rule(NETWORK, "resourceGroup", "pep", NETWORK_WORDS),
  "Microsoft.OperationalInsights/workspaces": rule(
    /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
    "resourceGroup",
    "log",
    "4 to 63 letters, digits and hyphens, starting and ending with a letter or digit",
  ),
  "Microsoft.Insights/components": rule(
    /^[^%&\\?/]{0,259}[^%&\\?/. ]$/,
    "resourceGroup",
    "appi",
    "1 to 260 characters without % & \\ ? /, not ending in a space or dot",
  ),
  "Microsoft.Insights/diagnosticSettings": rule(
    /^[^*<>%&:\\?+/#|]{1,260}$/,
    "parent",
    undefined,
    "1 to 260 characters without * < > % & : \\ ? + / # |",
  ),
  "Microsoft.Insights/actionGroups": rule(
    /^[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?|. ]$/,
    "resourceGroup",
    "ag",
    "1 to 260 characters without : < > + / & % \\ ? |, not ending in a space or dot",
  ),
  "Microsoft.Storage/storageAccounts": rule(/^[a-z0-9]{3,24}$/, "global", "st", "3 to 24 lower-case letters and digits"),
  "Microsoft.Storage/storageAccounts/blobServices/containers": rule(
    /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    "parent",
    undefined,
    "3 to 63 lower-case letters, digits and single hyphens, starting and ending with a letter or digit",
  ),
  "Microsoft.KeyVault/vaults": rule(
    /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
    "global",
    "kv",
    "3 to 24 letters, digits and single hyphens, starting with a letter and ending with a letter or digit",
  ),
  "Microsoft.ContainerRegistry/registries": rule(/^[a-zA-Z0-9]{5,50}$/, "global", "cr", "5 to 50 letters and digits"),
  "Microsoft.ContainerService/managedClusters": rule(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/,
    "resourceGroup",
    "aks",
    "1 to 63 letters, digits, underscores and hyphens, starting and ending with a letter or digit",
  ),
  "Microsoft.ContainerService/managedClusters/agentPools": rule(
    /^[a-z][a-z0-9]{0,11}$/,
    "parent",
    "np",
    "1 to 12 lower-case letters and digits, starting with a letter",
  ),
  "Microsoft.ContainerService/managedClusters/managedNamespaces": rule(
    DNS_LABEL,
    "parent",
    undefined,
    "1 to 63 lower-case letters, digits and hyphens, starting and ending with a letter or digit",
  ),
  "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings": rule(
    /^[A-Za-z0-9-]{1,24}$/,
    "parent",
    undefined,
    "1 to 24 letters, digits and hyphens",
  ),
  "Microsoft.KubernetesConfiguration/extensions": rule(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "parent",
    undefined,
    "1 to 63 lower-case letters, digits and hyphens, starting and ending with a letter or digit",
  ),
  "Microsoft.DataProtection/backupVaults": rule(
    /^[A-Za-z][A-Za-z0-9-]{0,48}[A-Za-z0-9]$/,
    "resourceGroup",
    "bvault",
    "2 to 50 letters, digits and hyphens, starting with a letter and ending with a letter or digit",
  ),
  "Microsoft.MachineLearningServices/registries": rule(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/,
    "global",
    undefined,
    "3 to 33 letters, digits, underscores and hyphens, starting with a letter or digit",
  ),
  "Microsoft.MachineLearningServices/workspaces": rule(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/,
    "resourceGroup",
    "mlw",
    "3 to 33 letters, digits, underscores and hyphens, starting with a letter or digit",
  ),
  "Microsoft.MachineLearningServices/workspaces/computes": rule(
    /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/,
    "parent",
    undefined,
    "3 to 24 letters, digits and hyphens, starting with a letter and not ending in a hyphen and digits",
  ),
  "Microsoft.MachineLearningServices/workspaces/onlineEndpoints": rule(
    /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
    "region",
    undefined,
    "3 to 32 letters, digits and hyphens, starting with a letter and ending with a letter or digit",
  ),
  "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments": rule(
    /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
    "parent",
    undefined,
    "3 to 32 letters, digits and hyphens, starting with a letter and ending with a letter or digit",
  ),
} as const satisfies Record<string, ResourceNameRule>;

export type NamedType = keyof typeof NAME_RULES;

export function nameRule(type: string): ResourceNameRule | undefined {
  const key = Object.keys(NAME_RULES).find((known) => known.toLowerCase() === type.toLowerCase());
  return key === undefined ? undefined : NAME_RULES[key as NamedType];
}
