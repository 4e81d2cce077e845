import type { RoleDefinition } from "../../azure/index.ts";

const patterns = new Map<string, RegExp>();

// Case does not matter, and an asterisk stands for any run of characters; between two slashes also for nothing: the
// role Managed Identity Operator has "userAssignedIdentities/*/assign/action", which permits "userAssignedIdentities/assign/action".
export function matchesAction(pattern: string, action: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
    const wild = escaped.replaceAll(/\/\*\/|\*/g, (star) => (star === "*" ? ".*" : "/(?:.*/)?"));
    compiled = new RegExp(`^${wild}$`, "i");
    patterns.set(pattern, compiled);
  }
  return compiled.test(action);
}

/** A role permits what its actions say minus its own notActions; another role may still permit the rest. */
export function permits(role: RoleDefinition, action: string, data: boolean): boolean {
  const [granted, withheld] = data ? [role.dataActions, role.notDataActions] : [role.actions, role.notActions];
  return granted.some((pattern) => matchesAction(pattern, action)) && !withheld.some((pattern) => matchesAction(pattern, action));
}
