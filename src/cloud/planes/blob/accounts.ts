import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { accountKey } from "../../providers/storage/keys.ts";
import type { AzuriteAccount } from "./azurite.ts";

const TYPE = "Microsoft.Storage/storageAccounts";

/** Where an account was found last: every blob request asks, and looking through all resources takes long. */
const found = new WeakMap<CloudHost, Map<string, string>>();

/** Account names are unique over all of Azure, so the name alone finds the account. */
export function storageAccount(host: CloudHost, name: string): Resource | undefined {
  const key = name.toLowerCase();
  const ids = found.get(host) ?? new Map<string, string>();
  found.set(host, ids);
  const known = host.resources.get(ids.get(key) ?? "");
  if (known !== undefined) return known;
  const account = host.resources.ofType(TYPE).find((candidate) => candidate.name.toLowerCase() === key);
  if (account !== undefined) ids.set(key, account.id);
  return account;
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
