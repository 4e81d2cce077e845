import type { Connection } from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";

/** What `environment()` answers in a template that this cloud deploys, as far as names of resources depend on it. */
export function armEnvironment({
  storageSuffix,
  registrySuffix,
  vaultSuffix,
}: Pick<Connection, "storageSuffix" | "registrySuffix" | "vaultSuffix">): JsonObject {
  return {
    suffixes: { storage: storageSuffix, acrLoginServer: `.${registrySuffix}`, keyvaultDns: `.${vaultSuffix}` },
  };
}
