import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { accountKey } from "../../providers/storage/keys.ts";
import type { AzuriteAccount } from "./azurite.ts";

const TYPE = "Microsoft.Storage/storageAccounts";

/** Account names are unique over all of Azure, so the name alone finds the account. */
export function storageAccount(host: CloudHost, name: string): Resource | undefined {
  return host.resources.ofType(TYPE).find((account) => account.name.toLowerCase() === name.toLowerCase());
}

export function azuriteAccount(host: CloudHost, name: string): AzuriteAccount | undefined {
  if (storageAccount(host, name) === undefined) return undefined;
  const key = (keyName: "key1" | "key2") => Buffer.from(accountKey(host, name, keyName), "base64");
  return { name, key1: key("key1"), key2: key("key2") };
}

/** Absent means allowed, as on Azure. */
export function allowsSharedKey(account: Resource): boolean {
  return account.properties.allowSharedKeyAccess !== false;
}

export function containerScope(account: Resource, container: string): string {
  return `${account.id}/blobServices/default/containers/${container}`;
}

/** The account that an ARM id names. */
export function accountName(storageAccountId: string): string {
  return idKey(storageAccountId).split("/").at(-1) ?? "";
}
