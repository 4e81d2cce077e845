import type { CloudHost } from "../../contract.ts";

const COLLECTION = "storage-key-generations";
export const KEY_NAMES = ["key1", "key2"] as const;
export type KeyName = (typeof KEY_NAMES)[number];

/**
 * The two keys of a storage account, 64 bytes in base64 like Azure's. They are derived, so none is stored; account names
 * are global, so the name is the purpose. Regenerating, or deleting and making the account again, starts a new generation.
 */
export function accountKeys(host: CloudHost, accountName: string): { readonly keyName: KeyName; readonly value: string }[] {
  return KEY_NAMES.map((keyName) => ({ keyName, value: accountKey(host, accountName, keyName) }));
}

export function accountKey(host: CloudHost, accountName: string, keyName: KeyName): string {
  const name = accountName.toLowerCase();
  const generation = host.store.get<number>(COLLECTION, `${name}/${keyName}`) ?? 0;
  const halves = ["a", "b"].map((half) =>
    Buffer.from(host.deriveSecret(`storage/${name}/${keyName}/${generation}/${half}`), "base64"),
  );
  return Buffer.concat(halves).toString("base64");
}

export function regenerateAccountKey(host: CloudHost, accountName: string, keyName: KeyName): void {
  const key = `${accountName.toLowerCase()}/${keyName}`;
  host.store.put(COLLECTION, key, (host.store.get<number>(COLLECTION, key) ?? 0) + 1);
}
