import type { RoleDefinition } from "../../azure/index.ts";

const patterns = new Map<string, RegExp>();

/**
 * `Microsoft.Network/*` matches any action below; `*` stands for any run of characters, case does not matter.
 * Between slashes it may stand for nothing: Managed Identity Operator's `userAssignedIdentities/*/assign/action` is what
 * permits `userAssignedIdentities/assign/action`.
 */
export function matchesAction(pattern: string, action: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("/*/", "/(?:.*/)?").replaceAll(/(?<!\.)\*/g, ".*");
    compiled = new RegExp(`^${escaped}$`, "i");
    patterns.set(pattern, compiled);
  }
  return compiled.test(action);
}

/** A role permits what its actions say minus its own notActions; another role may still permit the rest. */
export function permits(role: RoleDefinition, action: string, data: boolean): boolean {
  const [granted, withheld] = data ? [role.dataActions, role.notDataActions] : [role.actions, role.notActions];
  return granted.some((pattern) => matchesAction(pattern, action)) && !withheld.some((pattern) => matchesAction(pattern, action));
}
