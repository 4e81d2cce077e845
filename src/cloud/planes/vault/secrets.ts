import { randomBytes } from "node:crypto";
import { isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { createSealer } from "../../seal.ts";
import { type SecretRecord, type SecretVersion, secretRecords } from "./records.ts";
import { VaultRefusal } from "./refusal.ts";

const NAME = /^[0-9a-zA-Z-]{1,127}$/;
const MOST_BYTES = 25_600;
const DAY_SECONDS = 86_400;

/** The secrets of one vault as the data plane shows them. Bodies are Azure's bundles; missing ones are 404 `SecretNotFound`. */
export function vaultSecrets(host: CloudHost, vault: Resource) {
  const records = secretRecords(host, vault.name);
  const sealer = createSealer(host, "key-vault/secrets");
  const base = `https://${vault.name.toLowerCase()}.${host.endpoints.vaultSuffix}`;
  const now = () => Math.floor(host.clock.now() / 1000);
  const purgeable = vault.properties.enablePurgeProtection !== true;
  const days = Number(vault.properties.softDeleteRetentionInDays ?? 90);

  const living = (name: string): SecretRecord => {
    const record = records.get(name);
    if (record === undefined || record.deleted !== undefined) {
      throw new VaultRefusal(404, "SecretNotFound", `a secret with (name/id) ${name} was not found in this key vault`);
    }
    return record;
  };
  const deleted = (name: string): SecretRecord & Required<Pick<SecretRecord, "deleted">> => {
    const record = records.get(name);
    if (record?.deleted === undefined)
      throw new VaultRefusal(404, "SecretNotFound", `deleted secret ${name} was not found in this key vault`);
    return { ...record, deleted: record.deleted };
  };
  const versionOf = (record: SecretRecord, version: string | undefined): SecretVersion => {
    const found = version === undefined ? record.versions.at(-1) : record.versions.find((each) => each.version === version);
    if (found === undefined)
      throw new VaultRefusal(404, "SecretNotFound", `secret ${record.name} has no version ${version ?? ""}`);
    return found;
  };
  const place = (name: string, version: string) => `${vault.name}/${name}/${version}`.toLowerCase();
  const item = (record: SecretRecord, version: SecretVersion, id: string): JsonObject => ({
    id,
    attributes: {
      enabled: version.enabled,
      created: version.created,
      updated: version.updated,
      ...(version.nbf === undefined ? {} : { nbf: version.nbf }),
      ...(version.exp === undefined ? {} : { exp: version.exp }),
      recoveryLevel: purgeable ? "Recoverable+Purgeable" : "Recoverable",
      recoverableDays: days,
    },
    ...(version.tags === undefined ? {} : { tags: { ...version.tags } }),
    ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
    ...(record.deleted === undefined
      ? {}
      : {
          recoveryId: `${base}/deletedsecrets/${record.name}`,
          deletedDate: record.deleted.at,
          scheduledPurgeDate: record.deleted.purgeAt,
        }),
  });
  const full = (record: SecretRecord, version: SecretVersion) =>
    item(record, version, `${base}/secrets/${record.name}/${version.version}`);
  const latest = (record: SecretRecord) => full(record, versionOf(record, undefined));
  const short = (record: SecretRecord) => item(record, versionOf(record, undefined), `${base}/secrets/${record.name}`);

  return {
    set(name: string, body: JsonValue | undefined): JsonObject {
      if (!NAME.test(name))
        throw new VaultRefusal(
          400,
          "BadParameter",
          `the secret name ${JSON.stringify(name)} is invalid: 1 to 127 letters, digits and hyphens`,
        );
      const value = isObject(body) ? body.value : undefined;
      if (typeof value !== "string") throw new VaultRefusal(400, "BadParameter", "value is missing; it must be text");
      if (Buffer.byteLength(value) > MOST_BYTES)
        throw new VaultRefusal(400, "BadParameter", `value has ${Buffer.byteLength(value)} bytes; the most is ${MOST_BYTES}`);
      const known = records.get(name);
      if (known?.deleted !== undefined) {
        throw new VaultRefusal(409, "Conflict", `secret ${name} is deleted but recoverable; recover or purge it first`, {
          inner: "ObjectIsDeletedButRecoverable",
        });
      }
      const version = randomBytes(16).toString("hex");
      const made: SecretVersion = {
        version,
        sealed: sealer.seal(place(name, version), value),
        enabled: true,
        created: now(),
        updated: now(),
        ...settings(body),
      };
      const record = { name: known?.name ?? name, versions: [...(known?.versions ?? []), made] };
      records.put(record);
      return { value, ...full(record, made) };
    },
    get(name: string, version: string | undefined): JsonObject {
      const record = living(name);
      const found = versionOf(record, version);
      if (!found.enabled) throw new VaultRefusal(403, "Forbidden", `secret ${name} is disabled`, { inner: "SecretDisabled" });
      return { value: sealer.unseal(place(record.name, found.version), found.sealed), ...full(record, found) };
    },
    update(name: string, version: string | undefined, body: JsonValue | undefined): JsonObject {
      const record = living(name);
      const before = versionOf(record, version);
      const after: SecretVersion = { ...before, ...settings(body), updated: now() };
      records.put({ ...record, versions: record.versions.map((each) => (each === before ? after : each)) });
      return full(record, after);
    },
    list: (): JsonObject[] =>
      records
        .list()
        .filter((record) => record.deleted === undefined)
        .map(short),
    versions(name: string): JsonObject[] {
      const record = living(name);
      return record.versions.map((version) => full(record, version));
    },
    delete(name: string): JsonObject {
      const record = { ...living(name), deleted: { at: now(), purgeAt: now() + days * DAY_SECONDS } };
      records.put(record);
      return latest(record);
    },
    listDeleted: (): JsonObject[] =>
      records
        .list()
        .filter((record) => record.deleted !== undefined)
        .map(short),
    getDeleted: (name: string): JsonObject => latest(deleted(name)),
    recover(name: string): JsonObject {
      const { deleted: _, ...record } = deleted(name);
      records.put(record);
      return latest(record);
    },
    purge(name: string): void {
      deleted(name);
      if (!purgeable)
        throw new VaultRefusal(403, "Forbidden", `${vault.id} has purge protection; ${name} is purged when its retention ends`);
      records.purge(name);
    },
  };
}

type Settings = Partial<Pick<SecretVersion, "contentType" | "tags" | "enabled" | "nbf" | "exp">>;

function settings(body: JsonValue | undefined): Settings {
  if (!isObject(body)) return {};
  const { attributes, contentType, tags } = body;
  const { enabled, exp, nbf } = isObject(attributes) ? attributes : {};
  return {
    ...(typeof contentType === "string" ? { contentType } : {}),
    ...(isObject(tags)
      ? {
          tags: Object.fromEntries(
            Object.entries(tags).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
          ),
        }
      : {}),
    ...(typeof enabled === "boolean" ? { enabled } : {}),
    ...(typeof nbf === "number" ? { nbf } : {}),
    ...(typeof exp === "number" ? { exp } : {}),
  };
}
