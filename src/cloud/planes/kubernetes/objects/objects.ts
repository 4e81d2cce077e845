import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import { createSealer } from "../../../seal.ts";
import { objectAt, textAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";

export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: Kind;
  readonly object: JsonObject;
  /** What stood there: selectors may have chosen that one. */
  readonly before: JsonObject | undefined;
  readonly version: number;
}

/** Who watches a cluster. */
export interface Watcher {
  tell(event: ObjectEvent): void;
  /** Nothing more comes: the cluster is gone or stopped. */
  end(): void;
}

/** The objects of every cluster, in the cloud's store. A version counts the writes of one cluster. */
export interface Objects {
  get(cluster: string, kind: Kind, namespace: string, name: string): JsonObject | undefined;
  /** By namespace and name; of all namespaces when none is named. */
  list(cluster: string, kind: Kind, namespace?: string): JsonObject[];
  /** Stores it under a new version; who watches is told once that is on disk. */
  put(cluster: string, kind: Kind, object: JsonObject): JsonObject;
  delete(cluster: string, kind: Kind, object: JsonObject): JsonObject;
  version(cluster: string): number;
  /** Everything since a version, and what comes; `undefined` when that is too long ago to know. */
  watch(cluster: string, since: number, watcher: Watcher): { readonly past: readonly ObjectEvent[]; stop(): void } | undefined;
  /** The clusters that somebody watches. */
  watched(): string[];
  /** Ends every watch of a cluster. */
  hangUp(cluster: string): void;
  forget(cluster: string): void;
}

const OBJECTS = "kubernetes-objects";
const VERSIONS = "kubernetes-versions";
/** Events that a watch can start behind. */
const REMEMBERED = 1000;

interface Stream {
  /** Everything behind this version is known. */
  floor: number;
  readonly events: ObjectEvent[];
  readonly watchers: Set<Watcher>;
}

export function createObjects(host: Pick<CloudHost, "store" | "deriveSecret">): Objects {
  const { store } = host;
  const sealer = createSealer(host, "kubernetes/secrets");
  const streams = new Map<string, Stream>();
  const folder = (cluster: string, { group, plural }: Kind) => `${cluster}/${group}/${plural}/`;
  const keyOf = (cluster: string, kind: Kind, namespace: string, name: string) => `${folder(cluster, kind)}${namespace}/${name}`;
  const version = (cluster: string) => store.get<number>(VERSIONS, cluster) ?? 1;

  const closed = ({ sealed }: Kind, key: string, object: JsonObject) =>
    sealed === true ? { sealed: sealer.seal(key, JSON.stringify(object)) } : object;
  const opened = (kind: Kind, key: string, value: JsonObject): JsonObject =>
    kind.sealed === true ? (JSON.parse(sealer.unseal(key, textAt(value, "sealed"))) as JsonObject) : value;

  function read(kind: Kind, key: string): JsonObject | undefined {
    const value = store.get<JsonObject>(OBJECTS, key);
    return value && opened(kind, key, value);
  }

  function streamOf(cluster: string): Stream {
    const known = streams.get(cluster) ?? { floor: version(cluster), events: [], watchers: new Set() };
    streams.set(cluster, known);
    return known;
  }

  function publish(stream: Stream, event: ObjectEvent): void {
    stream.events.push(event);
    if (stream.events.length > REMEMBERED) stream.floor = stream.events.shift()?.version ?? stream.floor;
    for (const watcher of stream.watchers) watcher.tell(event);
  }

  function write(cluster: string, kind: Kind, object: JsonObject, isDeleted: boolean): JsonObject {
    // Begun ahead of the write, so that its floor lies below it.
    const stream = streamOf(cluster);
    const next = version(cluster) + 1;
    const written = { ...object, metadata: { ...objectAt(object, "metadata"), resourceVersion: String(next) } };
    const key = keyOf(cluster, kind, textAt(object, "metadata.namespace"), textAt(object, "metadata.name"));
    const before = read(kind, key);
    store.transaction(() => {
      store.put(VERSIONS, cluster, next);
      if (isDeleted) store.delete(OBJECTS, key);
      else store.put(OBJECTS, key, closed(kind, key, written));
    });
    const type = isDeleted ? "DELETED" : before === undefined ? "ADDED" : "MODIFIED";
    store.afterCommit(() => publish(stream, { type, kind, object: written, before, version: next }));
    return written;
  }

  function hangUp(cluster: string): void {
    for (const watcher of streams.get(cluster)?.watchers ?? []) watcher.end();
  }

  return {
    get: (cluster, kind, namespace, name) => read(kind, keyOf(cluster, kind, namespace, name)),
    list: (cluster, kind, namespace) =>
      store
        .list<JsonObject>(OBJECTS, folder(cluster, kind) + (namespace === undefined ? "" : `${namespace}/`))
        .map(({ key, value }) => opened(kind, key, value)),
    put: (cluster, kind, object) => write(cluster, kind, object, false),
    delete: (cluster, kind, object) => write(cluster, kind, object, true),
    version,
    watch(cluster, since, watcher) {
      const stream = streamOf(cluster);
      if (since < stream.floor) return undefined;
      stream.watchers.add(watcher);
      return { past: stream.events.filter((event) => event.version > since), stop: () => stream.watchers.delete(watcher) };
    },
    watched: () => [...streams].filter(([, { watchers }]) => watchers.size > 0).map(([cluster]) => cluster),
    hangUp,
    forget(cluster) {
      hangUp(cluster);
      streams.delete(cluster);
      for (const { key } of store.list(OBJECTS, `${cluster}/`)) store.delete(OBJECTS, key);
      store.delete(VERSIONS, cluster);
    },
  };
}
