import { dirname, join } from "node:path";
import { CLOUD_NAME, REGISTRY_SUFFIX, STORAGE_SUFFIX, VAULT_SUFFIX } from "../cloud/contract.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** What each client reads to find its way to the embedded Azure and to trust it. */
export function clientEnvironment({ cloud, clientSecret }: Rehearsal): Record<string, string> {
  return {
    // Hosts of vaults, registries and storage accounts are reached through the proxy, which refuses every other host.
    HTTPS_PROXY: cloud.proxy,
    https_proxy: cloud.proxy,
    NO_PROXY: "",
    no_proxy: "",
    // Trust: Node, Python (az, azure-ai-ml, mlflow), Go (Terraform), curl.
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    REQUESTS_CA_BUNDLE: cloud.caFile,
    SSL_CERT_FILE: cloud.caFile,
    CURL_CA_BUNDLE: cloud.caFile,
    // Azure Identity and the SDKs.
    AZURE_AUTHORITY_HOST: cloud.arm,
    AZURE_TENANT_ID: cloud.tenantId,
    AZURE_CLIENT_ID: cloud.clientId,
    AZURE_CLIENT_SECRET: clientSecret.reveal(),
    AZURE_SUBSCRIPTION_ID: cloud.subscriptionId,
    // az: a folder of its own, so that neither its sign-in nor its choice of a cloud meets the person's own. az keeps what it
    // read of a cloud's endpoints, so another port is another folder.
    AZURE_CONFIG_DIR: join(dirname(dirname(cloud.caFile)), "az", new URL(cloud.arm).port),
    AZURE_CORE_COLLECT_TELEMETRY: "false",
    AZURE_CORE_INSTANCE_DISCOVERY: "false",
    ARM_CLOUD_METADATA_URL: `${cloud.arm}/metadata/endpoints?api-version=2019-05-01`,
    // Terraform's AzAPI provider
    ARM_ENVIRONMENT: "custom",
    ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST: cloud.arm,
    ARM_RESOURCE_MANAGER_ENDPOINT: cloud.arm,
    ARM_RESOURCE_MANAGER_AUDIENCE: cloud.arm,
    ARM_DISABLE_INSTANCE_DISCOVERY: "true",
    ARM_TENANT_ID: cloud.tenantId,
    ARM_SUBSCRIPTION_ID: cloud.subscriptionId,
    ARM_CLIENT_ID: cloud.clientId,
    ARM_CLIENT_SECRET: clientSecret.reveal(),
    // The module's variable for what ARM's environment() answers; Terraform takes the members that it declares.
    TF_VAR_azure_cloud: JSON.stringify({
      name: CLOUD_NAME,
      resourceManager: `${cloud.arm}/`,
      authentication: { loginEndpoint: `${cloud.arm}/` },
      suffixes: { acrLoginServer: `.${REGISTRY_SUFFIX}`, keyvaultDns: `.${VAULT_SUFFIX}`, storage: STORAGE_SUFFIX },
    }),
  };
}

export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join("\n");
}
