import { asObjects } from "../../base/index.ts";
import type { ArmClient } from "../client.ts";
import { openApiServer } from "./api-server.ts";
import type { Cluster } from "./cluster.ts";
import { createPlaces } from "./places.ts";

export interface Counted {
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
  /** `app.kubernetes.io/part-of=mlops` */
  readonly labelSelector: string;
}

/** How many objects of some kinds bear a label, in all namespaces. A kind that the cluster does not have has none. */
export async function countObjects(
  client: ArmClient,
  cluster: Cluster,
  { kinds, labelSelector }: Counted,
  signal?: AbortSignal,
): Promise<number> {
  const server = await openApiServer(client, cluster, signal);
  const places = createPlaces(server);
  let count = 0;
  for (const { apiVersion, kind } of kinds) {
    const collection = await places.collectionOf(apiVersion, kind, signal);
    if (collection === undefined) continue;
    const list = await server.find(
      `${collection}?labelSelector=${encodeURIComponent(labelSelector)}`,
      `objects of ${kind}`,
      signal,
    );
    count += asObjects(list?.items).length;
  }
  return count;
}
