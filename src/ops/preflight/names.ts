import { normalizeLocation, sameId } from "../../azure/index.ts";
import { asString, isObject, type JsonObject } from "../../base/index.ts";
import type { Ask, Wanted } from "./ask.ts";
import type { Finding } from "./finding.ts";

const VAULT = "Microsoft.KeyVault/vaults";
const LOGS = "Microsoft.OperationalInsights/workspaces";
/** Types whose names are one for all of Azure, and free once the resource is gone. */
const GLOBAL = ["Microsoft.ContainerRegistry/registries", "Microsoft.Storage/storageAccounts"];

const eachOf = async (resources: readonly Wanted[], check: (resource: Wanted) => Promise<Finding[]>) =>
  (await Promise.all(resources.map(check))).flat();

/** Names of new resources that somebody has. */
export const takenNames = (ask: Ask): Promise<Finding[]> =>
  eachOf(
    GLOBAL.flatMap((type) => ask.ofType(type)),
    (resource) => takenName(ask, resource),
  );

/** Names of new vaults that somebody has, or that a deleted one keeps. */
export const takenVaultNames = (ask: Ask): Promise<Finding[]> => eachOf(ask.ofType(VAULT), (vault) => takenVaultName(ask, vault));

/** Names of new log workspaces that a deleted one of another region keeps. */
export const keptLogNames = (ask: Ask): Promise<Finding[]> => eachOf(ask.ofType(LOGS), (logs) => keptLogs(ask, logs));

/** A deleted log workspace comes back with the next one of its name and group, in the region that it was in. */
async function keptLogs(ask: Ask, logs: Wanted): Promise<Finding[]> {
  if ((await ask.current(logs)) !== undefined) return [];
  const deleted = await ask.client.list(
    ask.provider(`${LOGS.split("/")[0] ?? ""}/deletedWorkspaces`),
    logs.apiVersion,
    ask.signal,
  );
  const kept = deleted.find(({ id }) => sameId(asString(id), logs.id));
  const region = asString(kept?.location);
  if (kept === undefined || normalizeLocation(region) === ask.location) return [];
  return [
    {
      code: "ops.name-soft-deleted",
      message: `the log workspace ${logs.name} was deleted and is kept for 14 days in ${region}, not in ${ask.location}`,
      hint: `use that region or another resource group, or recover it and delete it for good: az monitor log-analytics workspace recover, then delete --force`,
    },
  ];
}

async function takenVaultName(ask: Ask, vault: Wanted): Promise<Finding[]> {
  if ((await ask.current(vault)) !== undefined) return [];
  const kept = await deletedVault(ask, vault);
  if (kept === undefined) return takenName(ask, vault);
  return isRecovered(vault) ? [] : [softDeleted(vault.name, kept)];
}

async function takenName(ask: Ask, wanted: Wanted): Promise<Finding[]> {
  if ((await ask.current(wanted)) !== undefined) return [];
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
