import type { Program, Resource } from "../../ir/index.ts";

/** Where Azure shows child resources in the body of their parent, all of them, whoever made them. */
const LISTS: Readonly<Record<string, string>> = {
  "microsoft.containerservice/managedclusters/agentpools": "properties.agentPoolProfiles",
  "microsoft.network/virtualnetworks/subnets": "properties.subnets",
  "microsoft.network/networksecuritygroups/securityrules": "properties.securityRules",
  "microsoft.network/routetables/routes": "properties.routes",
};

/** Lists of a resource that hold items which other resources of the program make. */
export function sharedLists({ resources }: Program, { symbol }: Resource): string[] {
  const children = resources.filter(({ parent }) => parent === symbol);
  return [...new Set(children.flatMap(({ type }) => LISTS[type.toLowerCase()] ?? []))];
}
