import type { CloudHost, Store } from "../../../contract.ts";

/** What may be done with a repository, a tag or a manifest; whoever has `metadata_write` changes it. */
export interface Attributes {
  readonly deleteEnabled: boolean;
  readonly writeEnabled: boolean;
  readonly readEnabled: boolean;
  readonly listEnabled: boolean;
}

export const OPEN: Attributes = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };

/** Times are virtual, ISO 8601. */
export interface Repository {
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly attributes: Attributes;
}

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  /** Byte for byte as it was pushed; a manifest is JSON, so it is UTF-8. */
  readonly text: string;
  /** Bytes of everything that it names. */
  readonly imageSize: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly attributes: Attributes;
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
  readonly subject?: string;
  readonly artifactType?: string;
  readonly configMediaType?: string;
  /** Since when no tag points to it. */
  readonly untaggedAt?: string;
}

export interface Tag {
  readonly name: string;
  readonly digest: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly attributes: Attributes;
}

/** A manifest that soft delete keeps, with the tags that it had. */
export interface DeletedManifest extends Manifest {
  readonly deletedAt: string;
  readonly tags: readonly string[];
}

/** Records of one kind by repository and key. */
export interface Shelf<T> {
  get(repository: string, key: string): T | undefined;
  put(repository: string, key: string, value: T): void;
  delete(repository: string, key: string): boolean;
  list(repository: string): T[];
}

/** Everything that a registry remembers; the bytes of blobs are files. */
export interface Records {
  readonly repositories: Shelf<Repository>;
  readonly manifests: Shelf<Manifest>;
  readonly tags: Shelf<Tag>;
  readonly deleted: Shelf<DeletedManifest>;
  /** Blobs that a repository has, by digest. */
  readonly blobs: Shelf<{ readonly size: number }>;
  repositoryNames(): string[];
  /** Repositories that soft delete keeps something of. */
  deletedNames(): string[];
  /** The digests that any repository has. */
  usedBlobs(): ReadonlySet<string>;
  transaction<T>(work: () => T): T;
  forget(): void;
}

const COLLECTIONS = [
  "registry-repositories",
  "registry-manifests",
  "registry-tags",
  "registry-deleted",
  "registry-blobs",
] as const;

export function registryRecords({ store }: Pick<CloudHost, "store">, registry: string): Records {
  const root = `${registry.toLowerCase()}|`;
  const [repositories, manifests, tags, deleted, blobs] = COLLECTIONS;
  return {
    repositories: shelf(store, repositories, root),
    manifests: shelf(store, manifests, root),
    tags: shelf(store, tags, root),
    deleted: shelf(store, deleted, root),
    blobs: shelf(store, blobs, root),
    repositoryNames: () => store.list<Repository>(repositories, root).map(({ value }) => value.name),
    deletedNames: () => [...new Set(store.list(deleted, root).map(({ key }) => key.slice(root.length, key.lastIndexOf("|"))))],
    usedBlobs: () => new Set(store.list(blobs, root).map(({ key }) => key.slice(key.lastIndexOf("|") + 1))),
    transaction: (work) => store.transaction(work),
    forget() {
      for (const collection of COLLECTIONS) for (const { key } of store.list(collection, root)) store.delete(collection, key);
    },
  };
}

function shelf<T>(store: Store, collection: string, root: string): Shelf<T> {
  const keyOf = (repository: string, key: string) => `${root}${repository}|${key}`;
  return {
    get: (repository, key) => store.get<T>(collection, keyOf(repository, key)),
    put: (repository, key, value) => store.put(collection, keyOf(repository, key), value),
    delete: (repository, key) => store.delete(collection, keyOf(repository, key)),
    list: (repository) => store.list<T>(collection, keyOf(repository, "")).map(({ value }) => value),
  };
}
