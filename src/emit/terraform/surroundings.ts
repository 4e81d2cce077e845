import { accessChain, type FunctionName, literalKey, type Node, type Program, walk } from "../../ir/index.ts";

/** Where Terraform finds what `resourceGroup()` and its like answer. */
const MEMBERS: Partial<Record<FunctionName, Readonly<Record<string, string>>>> = {
  resourceGroup: {
    id: "data.azapi_resource.resource_group.id",
    name: "data.azapi_resource.resource_group.name",
    location: "data.azapi_resource.resource_group.location",
    tags: "data.azapi_resource.resource_group.tags",
  },
  subscription: {
    id: "data.azapi_client_config.current.subscription_resource_id",
    subscriptionId: "data.azapi_client_config.current.subscription_id",
    tenantId: "data.azapi_client_config.current.tenant_id",
  },
  tenant: { tenantId: "data.azapi_client_config.current.tenant_id" },
};

export const SUBSCRIPTION_ID = "data.azapi_client_config.current.subscription_resource_id";
export const RESOURCE_GROUP_ID = "data.azapi_resource.resource_group.id";

/** `undefined`: Terraform does not know that member. */
export function surroundingMember(name: FunctionName, key: string): string | undefined {
  return MEMBERS[name]?.[key];
}

/** Members of `environment()` that a program reads, as paths. No provider tells them, so they become a variable. */
export function cloudMembers(program: Program): string[][] {
  const found = new Map<string, string[]>();
  const visit = (start: Node) =>
    walk(start, (node) => {
      const { root, keys } = accessChain(node);
      if (root.kind !== "call" || root.name !== "environment" || keys.length === 0) return;
      const path = keys.map((key) => literalKey(key) ?? "");
      found.set(path.join("."), path);
      return false;
    });
  for (const { default: initial } of program.parameters) if (initial) visit(initial);
  for (const { value } of program.variables) visit(value);
  for (const { name, condition } of [...program.existing, ...program.resources])
    for (const node of [name, condition]) if (node) visit(node);
  for (const { body } of program.resources) visit(body);
  for (const { value } of program.outputs) visit(value);
  return [...found.values()];
}

/** The public cloud, as `environment()` describes it. */
export const PUBLIC_CLOUD: Readonly<Record<string, string>> = {
  name: "AzureCloud",
  resourceManager: "https://management.azure.com/",
  "authentication.loginEndpoint": "https://login.microsoftonline.com/",
  "suffixes.acrLoginServer": ".azurecr.io",
  "suffixes.keyvaultDns": ".vault.azure.net",
  "suffixes.sqlServerHostname": ".database.windows.net",
  "suffixes.storage": "core.windows.net",
};
