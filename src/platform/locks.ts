import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

/**
 * Against deletion only: a read-only lock stops calls that list keys. Never on the cluster, the workspace or the nodes'
 * resource group, whose services delete what they made themselves.
 */
export function declareLocks(
  program: ProgramBuilder,
  settings: Settings,
  scopes: Readonly<Record<"vault" | "storage" | "logs" | "network", ResourceHandle>>,
): void {
  for (const [key, scope] of Object.entries(scopes)) {
    program.resource(`${key}Lock`, {
      type: "Microsoft.Authorization/locks@2020-05-01",
      concern: "governance",
      name: "keep",
      scope,
      condition: settings.profile("deletionLocks"),
      body: { properties: { level: "CanNotDelete", notes: "What it holds cannot be made again from the definition." } },
    });
  }
}
