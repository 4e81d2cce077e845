import { asString, isObject, type JsonObject } from "../../base/index.ts";
import type { Ask, Wanted } from "./ask.ts";
import type { Finding } from "./finding.ts";

const VAULT = "Microsoft.KeyVault/vaults";
/** Types whose names are one for all of Azure. */
const GLOBAL = ["Microsoft.ContainerRegistry/registries", VAULT, "Microsoft.Storage/storageAccounts"];

/** Names of new resources that somebody has, or that a deleted vault of the subscription keeps. */
export async function takenNames(ask: Ask): Promise<Finding[]> {
  const findings = await Promise.all(GLOBAL.flatMap((type) => ask.ofType(type)).map((resource) => nameFindings(ask, resource)));
  return findings.flat();
}

async function nameFindings(ask: Ask, wanted: Wanted): Promise<Finding[]> {
  if ((await ask.current(wanted)) !== undefined) return [];
  const kept = wanted.type === VAULT ? await deletedVault(ask, wanted) : undefined;
  if (kept !== undefined) return isRecovered(wanted) ? [] : [softDeleted(wanted.name, kept)];
  const { name, type, apiVersion } = wanted;
  const path = ask.provider(`${type.split("/")[0] ?? ""}/checkNameAvailability`);
  const { nameAvailable, message, reason } = await ask.client.post(path, apiVersion, { name, type }, ask.signal);
  if (nameAvailable !== false) return [];
  return [
    {
      code: "ops.name-taken",
      message: `the name ${name} of ${type} cannot be had: ${asString(message) || asString(reason) || "Azure does not say why"}`,
      hint: "give another name, or another ending to all names: the parameter nameSuffix",
    },
  ];
}

async function deletedVault(ask: Ask, { name, apiVersion }: Wanted): Promise<JsonObject | undefined> {
  const deleted = await ask.client.list(ask.provider("Microsoft.KeyVault/deletedVaults"), apiVersion, ask.signal);
  return deleted.find((vault) => asString(vault.name).toLowerCase() === name.toLowerCase());
}

const isRecovered = ({ body }: Wanted) => isObject(body.properties) && body.properties.createMode === "recover";

function softDeleted(name: string, vault: JsonObject): Finding {
  const properties = isObject(vault.properties) ? vault.properties : {};
  const until = `until ${asString(properties.scheduledPurgeDate).slice(0, 10)}`;
  return {
    code: "ops.name-soft-deleted",
    message: `the vault ${name} was deleted and keeps its name ${until}`,
    hint:
      properties.purgeProtectionEnabled === true
        ? `it has purge protection: az keyvault recover --name ${name}, or give another nameSuffix`
        : `az keyvault purge --name ${name} --location ${asString(properties.location)}, or az keyvault recover --name ${name}`,
  };
}
