import type { CloudHost, Resource } from "../contract.ts";
import type { Directory } from "../entra/principals.ts";
import type { OpenStore } from "../store.ts";
import type { Operations } from "./operations.ts";
import type { Registry } from "./registry.ts";

/** What the parts of the envelope share. */
export interface Envelope {
  readonly host: Omit<CloudHost, "resources">;
  readonly directory: Directory;
  readonly registry: Registry;
  readonly documents: Documents;
  readonly operations: Operations;
}

/** Resources as they are stored, by id without regard to case. */
export interface Documents {
  get(id: string): Resource | undefined;
  save(resource: Resource): void;
  delete(id: string): void;
  /** Everything below an id, not the id itself, in the order of their ids. The empty id holds everything. */
  below(id: string): Resource[];
  ofType(type: string): Resource[];
  /** Grows with every write to a type: what is derived from one can be kept until it moves. */
  version(type: string): number;
  /** Tells of each resource that was saved or deleted, once that is on disk. */
  onChange(listener: (resource: Pick<Resource, "id" | "type">) => void): void;
}

const COLLECTION = "resources";

interface Cached {
  /** Lower case. */
  readonly type: string;
  /** JSON: every reader gets a copy of its own. */
  readonly text: string;
}

/** Keeps all resources in memory beside the store: every request asks for several, and lists go through all. */
export function createDocuments(store: OpenStore): Documents {
  const versions = new Map<string, number>();
  let cache = new Map<string, Cached>();
  let loadedAt = -1;
  const listeners = new Set<(resource: Pick<Resource, "id" | "type">) => void>();

  const key = (id: string) => id.toLowerCase().replace(/\/+$/, "");
  const touch = (type: string) => versions.set(type, (versions.get(type) ?? 0) + 1);
  const tell = (id: string, type: string) =>
    store.afterCommit(() => {
      for (const listener of listeners) listener({ id, type });
    });
  const parse = ({ text }: Cached) => JSON.parse(text) as Resource;

  function loaded(): Map<string, Cached> {
    if (loadedAt === store.rollbacks()) return cache;
    loadedAt = store.rollbacks();
    cache = new Map(
      store
        .list<Resource>(COLLECTION)
        .map(({ key: at, value }) => [at, { type: value.type.toLowerCase(), text: JSON.stringify(value) }]),
    );
    for (const { type } of cache.values()) touch(type);
    return cache;
  }

  /** In the order of their ids, whatever the order of their making. */
  function select(wanted: (at: string, cached: Cached) => boolean): Resource[] {
    return [...loaded()]
      .filter(([at, cached]) => wanted(at, cached))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, cached]) => parse(cached));
  }

  return {
    get: (id) => {
      const cached = loaded().get(key(id));
      return cached === undefined ? undefined : parse(cached);
    },
    save: (resource) => {
      store.put(COLLECTION, key(resource.id), resource);
      const type = resource.type.toLowerCase();
      loaded().set(key(resource.id), { type, text: JSON.stringify(resource) });
      touch(type);
      tell(resource.id, resource.type);
    },
    delete: (id) => {
      const known = loaded().get(key(id));
      if (known === undefined) return;
      store.delete(COLLECTION, key(id));
      cache.delete(key(id));
      touch(known.type);
      tell(id, known.type);
    },
    below: (id) => {
      const prefix = `${key(id)}/`;
      return select((at) => at.startsWith(prefix));
    },
    ofType: (type) => {
      const wanted = type.toLowerCase();
      return select((_at, cached) => cached.type === wanted);
    },
    version: (type) => {
      loaded();
      return versions.get(type.toLowerCase()) ?? 0;
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
