import { ROLES } from "../../src/azure/index.ts";
import type { JsonObject } from "../../src/base/index.ts";
import { guid } from "../../src/base/names/index.ts";
import type { TestCloud } from "../../src/cloud/testing.ts";

/** The smallest platform around a cluster: network, identities and their roles, as a template would make them. */
export interface Core {
  readonly group: string;
  readonly id: (type: string, name: string) => string;
  readonly subnet: string;
  readonly controlPlane: string;
  readonly kubelet: string;
}

export const VERSIONS = {
  authorization: "2022-04-01",
  identity: "2024-11-30",
  network: "2025-07-01",
  aks: "2026-05-01",
  extension: "2025-03-01",
} as const;

export interface CoreOptions {
  readonly name?: string;
  readonly subnet?: JsonObject;
  readonly space?: string;
  /** Roles of the control plane identity; all of them unless told. */
  readonly without?: readonly ("networkContributor" | "managedIdentityOperator")[];
}

export async function buildCore(cloud: TestCloud, options: CoreOptions = {}): Promise<Core> {
  const group = await cloud.group(options.name ?? "rg-core");
  const id = (type: string, name: string) => `${group}/providers/${type}/${name}`;
  const controlPlane = id("Microsoft.ManagedIdentity/userAssignedIdentities", "id-aks");
  const kubelet = id("Microsoft.ManagedIdentity/userAssignedIdentities", "id-kubelet");
  for (const identity of [controlPlane, kubelet]) await cloud.put(identity, { location: "eastus" }, VERSIONS.identity);
  const network = id("Microsoft.Network/virtualNetworks", "vnet");
  await cloud.put(
    network,
    {
      location: "eastus",
      properties: {
        addressSpace: { addressPrefixes: [options.space ?? "10.40.0.0/16"] },
        subnets: [{ name: "nodes", properties: { addressPrefix: "10.40.0.0/22", ...options.subnet } }],
      },
    },
    VERSIONS.network,
  );
  const subnet = `${network}/subnets/nodes`;
  if (options.without?.includes("networkContributor") !== true) await assign(cloud, controlPlane, "networkContributor", subnet);
  if (options.without?.includes("managedIdentityOperator") !== true)
    await assign(cloud, controlPlane, "managedIdentityOperator", kubelet);
  return { group, id, subnet, controlPlane, kubelet };
}

export async function assign(cloud: TestCloud, identity: string, role: keyof typeof ROLES, scope: string): Promise<void> {
  const { properties } = (await cloud.ask("GET", identity, { apiVersion: VERSIONS.identity })).json;
  const principalId = (properties as JsonObject).principalId as string;
  const roleDefinitionId = `${cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role].id}`;
  const name = guid(scope, identity, role);
  await cloud.put(
    `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    { properties: { principalId, roleDefinitionId, principalType: "ServicePrincipal" } },
    VERSIONS.authorization,
  );
}

export interface ClusterOptions {
  readonly system?: JsonObject;
  readonly properties?: JsonObject;
}

export function clusterBody(core: Core, { system, properties }: ClusterOptions = {}): JsonObject {
  return {
    location: "eastus",
    identity: { type: "UserAssigned", userAssignedIdentities: { [core.controlPlane]: {} } },
    properties: {
      dnsPrefix: "mlops",
      agentPoolProfiles: [
        { name: "system", mode: "System", count: 3, vmSize: "Standard_D4ds_v5", vnetSubnetID: core.subnet, ...system },
      ],
      aadProfile: { managed: true, enableAzureRBAC: true },
      disableLocalAccounts: true,
      oidcIssuerProfile: { enabled: true },
      identityProfile: { kubeletidentity: { resourceId: core.kubelet } },
      networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        podCidr: "192.168.0.0/16",
        serviceCidr: "172.16.0.0/16",
        dnsServiceIP: "172.16.0.10",
      },
      ...properties,
    },
  };
}

export function mlPool(core: Core, more: JsonObject = {}): JsonObject {
  return { properties: { mode: "User", vmSize: "Standard_DS3_v2", count: 3, vnetSubnetID: core.subnet, ...more } };
}

/** The settings with which Azure ML's extension installs on an untainted cluster. */
export function extensionBody(settings: JsonObject = {}): JsonObject {
  return {
    identity: { type: "SystemAssigned" },
    properties: {
      extensionType: "microsoft.azureml.kubernetes",
      scope: { cluster: { releaseNamespace: "azureml" } },
      configurationSettings: {
        enableTraining: "True",
        enableInference: "True",
        inferenceRouterServiceType: "LoadBalancer",
        allowInsecureConnections: "True",
        cluster_name: "aks",
        domain: "eastus.cloudapp.azure.com",
        location: "eastus",
        ...settings,
      },
    },
  };
}

/** What a PUT ends with: its own refusal, or the one of its operation. */
export async function outcome(
  cloud: TestCloud,
  id: string,
  body: JsonObject,
  apiVersion: string,
): Promise<{ status: number; code: string | undefined; message: string }> {
  const answer = await cloud.ask("PUT", id, { body, apiVersion });
  if (answer.status >= 300) return { status: answer.status, code: answer.code, message: messageOf(answer.json.error) };
  const ended = (await cloud.settle(answer)).json;
  const error = ended.error as JsonObject | undefined;
  return { status: answer.status, code: typeof error?.code === "string" ? error.code : undefined, message: messageOf(error) };
}

function messageOf(error: unknown): string {
  const message = (error as JsonObject | undefined)?.message;
  return typeof message === "string" ? message : "";
}
