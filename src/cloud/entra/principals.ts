import { createHash, randomBytes, randomUUID } from "node:crypto";
import { idKey } from "../../azure/index.ts";
import type { Clock } from "../../base/index.ts";
import { Secret } from "../../report/index.ts";
import type { Principal, Principals, Store } from "../contract.ts";
import { sameSecret } from "../same-secret.ts";

/** A principal as the directory keeps it. */
export interface DirectoryEntry extends Principal {
  /** The application id that clients sign in with; a user has none. */
  readonly clientId?: string;
  /** The resource that a managed identity belongs to. */
  readonly resourceId?: string;
  /** SHA-256 of the client secret; the secret itself is not kept. */
  readonly secretHash?: string;
  /** Virtual milliseconds since the epoch. */
  readonly madeAt?: number;
}

export interface Directory extends Principals {
  entry(objectId: string): DirectoryEntry | undefined;
  byClientId(clientId: string): DirectoryEntry | undefined;
  all(): DirectoryEntry[];
  /** A service principal with a secret of its own and no roles. */
  createServicePrincipal(displayName: string): { readonly entry: DirectoryEntry; readonly clientSecret: Secret };
  addServicePrincipal(entry: Omit<DirectoryEntry, "kind" | "secretHash">, clientSecret: string): void;
}

/** The platform acting for itself; in no directory listing and with every permission. */
export const SYSTEM: Principal = { objectId: "00000000-0000-0000-0000-000000000001", kind: "system", displayName: "Azure" };

const COLLECTION = "principals";
const BY_RESOURCE = "principals-by-resource";

export function createDirectory(store: Store, tenantId: string, clock: Clock): Directory {
  const entry = (objectId: string) => store.get<DirectoryEntry>(COLLECTION, objectId.toLowerCase());
  const save = (value: DirectoryEntry) => store.put(COLLECTION, value.objectId.toLowerCase(), { ...value, madeAt: clock.now() });
  const all = () => store.list<DirectoryEntry>(COLLECTION).map(({ value }) => value);

  const byClientId = (clientId: string) => all().find((value) => value.clientId?.toLowerCase() === clientId.toLowerCase());

  return {
    entry,
    all,
    bySecret(clientId, clientSecret) {
      const found = byClientId(clientId);
      return found !== undefined && hasSecret(found, clientSecret) ? found : undefined;
    },
    byObjectId: (objectId) => (objectId.toLowerCase() === SYSTEM.objectId ? SYSTEM : entry(objectId)),
    byClientId,
    managedIdentity: (resourceId, displayName) => {
      const known = store.get<string>(BY_RESOURCE, idKey(resourceId));
      const found = known === undefined ? undefined : entry(known);
      if (found?.clientId !== undefined) return { principalId: found.objectId, clientId: found.clientId, tenantId };
      const made = { objectId: randomUUID(), clientId: randomUUID(), kind: "managedIdentity", displayName, resourceId } as const;
      store.transaction(() => {
        save(made);
        store.put(BY_RESOURCE, idKey(resourceId), made.objectId);
      });
      return { principalId: made.objectId, clientId: made.clientId, tenantId };
    },
    remove: (resourceId) => {
      const known = store.get<string>(BY_RESOURCE, idKey(resourceId));
      if (known === undefined) return;
      store.transaction(() => {
        store.delete(COLLECTION, known.toLowerCase());
        store.delete(BY_RESOURCE, idKey(resourceId));
      });
    },
    createServicePrincipal: (displayName) => {
      const clientSecret = randomBytes(30).toString("base64url");
      const made: DirectoryEntry = {
        objectId: randomUUID(),
        clientId: randomUUID(),
        kind: "servicePrincipal",
        displayName,
        secretHash: hash(clientSecret),
      };
      save(made);
      return { entry: made, clientSecret: new Secret(clientSecret) };
    },
    addServicePrincipal: (value, clientSecret) => save({ ...value, kind: "servicePrincipal", secretHash: hash(clientSecret) }),
  };
}

export function hasSecret(entry: DirectoryEntry, clientSecret: string): boolean {
  return entry.secretHash !== undefined && sameSecret(hash(clientSecret), entry.secretHash);
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
