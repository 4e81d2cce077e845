import type { CloudHost } from "../../contract.ts";

/** Times are seconds since the epoch, as on the wire. */
export interface SecretVersion {
  readonly version: string;
  /** What `seal` made of the value. */
  readonly sealed: string;
  readonly contentType?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly created: number;
  readonly updated: number;
  readonly nbf?: number;
  readonly exp?: number;
}

export interface SecretRecord {
  readonly name: string;
  /** Oldest first; never empty. */
  readonly versions: readonly SecretVersion[];
  readonly deleted?: { readonly at: number; readonly purgeAt: number };
}

export interface SecretRecords {
  get(name: string): SecretRecord | undefined;
  put(record: SecretRecord): void;
  purge(name: string): void;
  list(): SecretRecord[];
}

const COLLECTION = "key-vault-secrets";

/** The secrets of one vault; vault names are global. Deleted ones leave by themselves when their days are over. */
export function secretRecords(host: CloudHost, vaultName: string): SecretRecords {
  const prefix = `${vaultName.toLowerCase()}/`;
  const key = (name: string) => prefix + name.toLowerCase();
  const alive = (record: SecretRecord | undefined) =>
    record?.deleted !== undefined && record.deleted.purgeAt * 1000 <= host.clock.now() ? undefined : record;
  return {
    get: (name) => alive(host.store.get<SecretRecord>(COLLECTION, key(name))),
    put: (record) => host.store.put(COLLECTION, key(record.name), record),
    purge: (name) => {
      host.store.delete(COLLECTION, key(name));
    },
    list: () => host.store.list<SecretRecord>(COLLECTION, prefix).flatMap(({ value }) => alive(value) ?? []),
  };
}

/** A vault that is gone for good takes its secrets along. */
export function forgetVault(host: CloudHost, vaultName: string): void {
  const records = secretRecords(host, vaultName);
  for (const { name } of records.list()) records.purge(name);
}
