import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import { createSealer } from "../../../seal.ts";
import { objectAt, textAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";

export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: Kind;
  readonly object: JsonObject;
  readonly version: number;
}

/** The objects of every cluster, in the cloud's store. A version counts the writes of one cluster. */
export interface Objects {
  get(cluster: string, kind: Kind, namespace: string, name: string): JsonObject | undefined;
  /** By namespace and name; of all namespaces when none is named. */
  list(cluster: string, kind: Kind, namespace?: string): JsonObject[];
  /** Stores it under a new version and tells who watches. */
  put(cluster: string, kind: Kind, object: JsonObject): JsonObject;
  delete(cluster: string, kind: Kind, object: JsonObject): JsonObject;
  version(cluster: string): number;
  /** Everything since a version, and what comes; `undefined` when that is too long ago to know. */
  watch(
    cluster: string,
    since: number,
    listener: (event: ObjectEvent) => void,
  ): { readonly past: readonly ObjectEvent[]; stop(): void } | undefined;
  isWatched(cluster: string): boolean;
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
  readonly listeners: Set<(event: ObjectEvent) => void>;
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

  function streamOf(cluster: string): Stream {
    const known = streams.get(cluster) ?? { floor: version(cluster), events: [], listeners: new Set() };
    streams.set(cluster, known);
    return known;
  }

  function write(cluster: string, kind: Kind, object: JsonObject, type: ObjectEvent["type"]): JsonObject {
    const stream = streamOf(cluster);
    const next = version(cluster) + 1;
    const written = { ...object, metadata: { ...objectAt(object, "metadata"), resourceVersion: String(next) } };
    const key = keyOf(cluster, kind, textAt(object, "metadata.namespace"), textAt(object, "metadata.name"));
    store.transaction(() => {
      store.put(VERSIONS, cluster, next);
      if (type === "DELETED") store.delete(OBJECTS, key);
      else store.put(OBJECTS, key, closed(kind, key, written));
    });
    const event: ObjectEvent = { type, kind, object: written, version: next };
    stream.events.push(event);
    if (stream.events.length > REMEMBERED) stream.floor = stream.events.shift()?.version ?? stream.floor;
    for (const listener of stream.listeners) listener(event);
    return written;
  }

  return {
    get(cluster, kind, namespace, name) {
      const key = keyOf(cluster, kind, namespace, name);
      const value = store.get<JsonObject>(OBJECTS, key);
      return value && opened(kind, key, value);
    },
    list: (cluster, kind, namespace) =>
      store
        .list<JsonObject>(OBJECTS, folder(cluster, kind) + (namespace === undefined ? "" : `${namespace}/`))
        .map(({ key, value }) => opened(kind, key, value)),
    put(cluster, kind, object) {
      const { namespace, name } = objectAt(object, "metadata");
      const key = keyOf(cluster, kind, typeof namespace === "string" ? namespace : "", typeof name === "string" ? name : "");
      return write(cluster, kind, object, store.get(OBJECTS, key) === undefined ? "ADDED" : "MODIFIED");
    },
    delete: (cluster, kind, object) => write(cluster, kind, object, "DELETED"),
    version,
    watch(cluster, since, listener) {
      const stream = streamOf(cluster);
      if (since < stream.floor) return undefined;
      stream.listeners.add(listener);
      return { past: stream.events.filter((event) => event.version > since), stop: () => stream.listeners.delete(listener) };
    },
    isWatched: (cluster) => (streams.get(cluster)?.listeners.size ?? 0) > 0,
    forget(cluster) {
      streams.delete(cluster);
      for (const { key } of store.list(OBJECTS, `${cluster}/`)) store.delete(OBJECTS, key);
      store.delete(VERSIONS, cluster);
    },
  };
}
