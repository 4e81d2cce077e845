import type { Parameter } from "../../ir/index.ts";

/** `aksNodeVmSize` as `aks_node_vm_size`, `workspaceResourceID` as `workspace_resource_id`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}

export function variableName(parameter: Parameter): string {
  return parameter.terraform ?? snakeCase(parameter.name);
}

/** Terraform keeps these for module calls. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  "source",
  "version",
  "providers",
  "count",
  "for_each",
  "lifecycle",
  "depends_on",
  "locals",
]);
