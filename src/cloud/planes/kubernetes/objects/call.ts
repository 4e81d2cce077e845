import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import type { User } from "../access/authenticate.ts";
import type { Access } from "../access/authorize.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Kind, Subresource } from "../kinds/kind.ts";
import { notFound, Refusal } from "../wire/refusal.ts";
import type { KubernetesRequest } from "../wire/request.ts";
import type { Objects } from "./objects.ts";

/** One request about objects, after everybody was asked whether it may be made. */
export interface Call {
  readonly host: CloudHost;
  readonly objects: Objects;
  readonly cluster: Cluster;
  readonly access: Access;
  readonly user: User;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  /** Empty for a collection. */
  readonly name: string;
  readonly subresource: Subresource | undefined;
  readonly request: KubernetesRequest;
}

export function existing({ objects, cluster, kind, namespace, name }: Call): JsonObject {
  const live = objects.get(cluster.uid, kind, namespace ?? "", name);
  if (live === undefined) throw notFound(kind, name);
  return live;
}

export function isDryRun({ query }: KubernetesRequest, options: JsonObject = {}): boolean {
  const asked = [...query.getAll("dryRun"), ...(Array.isArray(options.dryRun) ? options.dryRun : [])];
  const wrong = asked.find((value) => value !== "All");
  if (wrong !== undefined)
    throw new Refusal(422, "Invalid", `dryRun: Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`);
  return asked.length > 0;
}
