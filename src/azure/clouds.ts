/** Where the services of a sovereign or public cloud live. No address has a trailing slash. Source: each cloud's `/metadata/endpoints`. */
export interface AzureCloud {
  /** As `az cloud list` names it. */
  readonly name: string;
  readonly resourceManager: string;
  readonly login: string;
  readonly portal: string;
  readonly graph: string;
  /** The scope of tokens for Azure ML's data plane. */
  readonly machineLearningAudience: string;
  readonly suffixes: {
    /** `{account}.blob.{storage}` */
    readonly storage: string;
    /** `{vault}.{keyVault}` */
    readonly keyVault: string;
    /** `{registry}.{containerRegistry}` */
    readonly containerRegistry: string;
  };
}

export const CLOUDS = {
  public: {
    name: "AzureCloud",
    resourceManager: "https://management.azure.com",
    login: "https://login.microsoftonline.com",
    portal: "https://portal.azure.com",
    graph: "https://graph.microsoft.com",
    machineLearningAudience: "https://ml.azure.com",
    suffixes: { storage: "core.windows.net", keyVault: "vault.azure.net", containerRegistry: "azurecr.io" },
  },
  usGovernment: {
    name: "AzureUSGovernment",
    resourceManager: "https://management.usgovcloudapi.net",
    login: "https://login.microsoftonline.us",
    portal: "https://portal.azure.us",
    graph: "https://graph.microsoft.us",
    machineLearningAudience: "https://ml.azure.us",
    suffixes: { storage: "core.usgovcloudapi.net", keyVault: "vault.usgovcloudapi.net", containerRegistry: "azurecr.us" },
  },
  china: {
    name: "AzureChinaCloud",
    resourceManager: "https://management.chinacloudapi.cn",
    login: "https://login.chinacloudapi.cn",
    portal: "https://portal.azure.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    machineLearningAudience: "https://ml.azure.cn",
    suffixes: { storage: "core.chinacloudapi.cn", keyVault: "vault.azure.cn", containerRegistry: "azurecr.cn" },
  },
} as const satisfies Record<string, AzureCloud>;

export type CloudName = keyof typeof CLOUDS;
