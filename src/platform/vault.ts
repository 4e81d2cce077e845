import { call, get, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Observability } from "./observability.ts";
import { publicAccess } from "./public-access.ts";
import type { Settings } from "./settings.ts";

export function declareVault(program: ProgramBuilder, settings: Settings, { logAnalytics }: Observability): ResourceHandle {
  const vault = program.resource("keyVault", {
    type: "Microsoft.KeyVault/vaults@2026-02-01",
    concern: "vault",
    name: text`kv-mlops-${settings.nameSuffix}`,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        tenantId: get<string>(call("subscription"), "tenantId"),
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: settings.profile("vaultRetentionDays"),
        enablePurgeProtection: when(settings.profile("vaultPurgeProtection"), true, null),
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        ...publicAccess(settings),
      },
    },
    comment: "Purge protection is left out rather than false where it is off: Azure refuses false.",
  });
  declareDiagnostics(program, settings, "vault", { concern: "vault", scope: vault, logAnalytics });
  return vault;
}
