import type { CloudHost, Resource, Store } from "../contract.ts";
import type { Directory } from "../entra/principals.ts";
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
}

const COLLECTION = "resources";

export function createDocuments(store: Store): Documents {
  const versions = new Map<string, number>();
  const key = (id: string) => id.toLowerCase().replace(/\/+$/, "");
  const touch = (type: string) => versions.set(type.toLowerCase(), (versions.get(type.toLowerCase()) ?? 0) + 1);
  const get = (id: string) => store.get<Resource>(COLLECTION, key(id));
  return {
    get,
    save: (resource) => {
      store.put(COLLECTION, key(resource.id), resource);
      touch(resource.type);
    },
    delete: (id) => {
      const known = get(id);
      if (known === undefined) return;
      store.delete(COLLECTION, key(id));
      touch(known.type);
    },
    below: (id) => store.list<Resource>(COLLECTION, `${key(id)}/`).map(({ value }) => value),
    ofType: (type) =>
      store
        .list<Resource>(COLLECTION)
        .filter(({ value }) => value.type.toLowerCase() === type.toLowerCase())
        .map(({ value }) => value),
    version: (type) => versions.get(type.toLowerCase()) ?? 0,
  };
}
