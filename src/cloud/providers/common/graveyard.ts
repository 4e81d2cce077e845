import type { CloudHost, Resource } from "../../contract.ts";

const DAY_MS = 86_400_000;

/** A deleted resource that can still be recovered and still holds its name. Times are milliseconds since the epoch. */
export interface Buried {
  readonly resource: Resource;
  readonly deletedAt: number;
  readonly purgeAt: number;
}

/** Soft-deleted resources of one type, by a key that the type chooses (a global name, or an id). */
export interface Graveyard {
  bury(key: string, resource: Resource, days: number): void;
  find(key: string): Buried | undefined;
  list(): Buried[];
  purge(key: string): boolean;
}

export function createGraveyard(host: CloudHost, collection: string): Graveyard {
  const alive = (buried: Buried | undefined) => (buried !== undefined && buried.purgeAt > host.clock.now() ? buried : undefined);
  return {
    bury(key, resource, days) {
      const deletedAt = host.clock.now();
      host.store.put(collection, key.toLowerCase(), { resource, deletedAt, purgeAt: deletedAt + days * DAY_MS } satisfies Buried);
    },
    find: (key) => alive(host.store.get<Buried>(collection, key.toLowerCase())),
    list: () => host.store.list<Buried>(collection).flatMap(({ value }) => alive(value) ?? []),
    purge: (key) => host.store.delete(collection, key.toLowerCase()),
  };
}
