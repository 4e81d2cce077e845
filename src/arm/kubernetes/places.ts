import { asObjects, asString, type JsonObject } from "../../base/index.ts";
import type { ApiServer } from "./api-server.ts";
import { type ObjectName, titleOf } from "./object.ts";
import { KubernetesError } from "./refusal.ts";

interface Place {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Where the objects of a kind are. */
export interface Places {
  /** `/apis/{group}/{version}/namespaces/{namespace}/{plural}/{name}`; refused when the cluster has no such kind. */
  pathOf(object: ObjectName, signal?: AbortSignal): Promise<string>;
  /** All of a kind in the whole cluster; `undefined` when there is no such kind. */
  collectionOf(apiVersion: string, kind: string, signal?: AbortSignal): Promise<string | undefined>;
}

/** Asks the cluster which kinds it has. A kind that is there is remembered; one that is not may come. */
export function createPlaces(server: ApiServer): Places {
  const known = new Map<string, Place>();
  const find = async (apiVersion: string, kind: string, signal?: AbortSignal): Promise<Place | undefined> => {
    const key = `${apiVersion} ${kind}`;
    if (!known.has(key))
      for (const [found, place] of await kindsOf(server, apiVersion, signal)) known.set(`${apiVersion} ${found}`, place);
    return known.get(key);
  };
  return {
    pathOf: async (object, signal) => {
      const { apiVersion, kind, namespace, name } = object;
      const place = await find(apiVersion, kind, signal);
      if (place === undefined) throw new KubernetesError("kindMissing", titleOf(object), `${apiVersion} ${kind}`);
      const scope = place.namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
      return `${rootOf(apiVersion)}${scope}/${place.plural}/${encodeURIComponent(name)}`;
    },
    collectionOf: async (apiVersion, kind, signal) => {
      const place = await find(apiVersion, kind, signal);
      return place && `${rootOf(apiVersion)}/${place.plural}`;
    },
  };
}

async function kindsOf(server: ApiServer, apiVersion: string, signal?: AbortSignal): Promise<[string, Place][]> {
  const list = await server.find(rootOf(apiVersion), `the kinds of ${apiVersion}`, signal).catch((error: unknown) => {
    // Whoever is signed in may read this, so it is not a role that is missing.
    throw error instanceof KubernetesError && error.kind === "forbidden"
      ? new KubernetesError("unreachable", "the API server", error.message, error)
      : error;
  });
  return asObjects(list?.resources)
    .filter(isWhole)
    .map(({ kind, name, namespaced }) => [asString(kind), { plural: asString(name), namespaced: namespaced === true }]);
}

/** Not a part of objects, as `deployments/scale` is. */
function isWhole({ name }: JsonObject): boolean {
  return !asString(name).includes("/");
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
