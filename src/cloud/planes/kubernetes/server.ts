import type { IncomingMessage, ServerResponse } from "node:http";
import type { CloudHost, PodRequest, Resource } from "../../contract.ts";
import { flagAt } from "../../providers/common/body.ts";
import { authenticate } from "./access/authenticate.ts";
import { createAccess } from "./access/authorize.ts";
import { actAs } from "./access/impersonate.ts";
import { act } from "./act.ts";
import { clusterOf, isStopped, serverPath, uidOf } from "./cluster/cluster.ts";
import { createKeeper } from "./controllers/keeper.ts";
import { withLimits } from "./controllers/limits.ts";
import { missingRoom } from "./controllers/room.ts";
import { describe } from "./describe.ts";
import { KINDS } from "./kinds/index.ts";
import { REVIEWS } from "./kinds/review.ts";
import { bringUpToDate, createLookout } from "./lookout.ts";
import type { Objects } from "./objects/objects.ts";
import { resourceList } from "./wire/discovery.ts";
import { nothingHere, placeOf } from "./wire/place.ts";
import { Refusal, unsupported } from "./wire/refusal.ts";
import { type Reply, send } from "./wire/reply.ts";
import { readRequest } from "./wire/request.ts";

/** Which cluster a request is for, the path of its API server, and whether it comes from within the cluster's network. */
export interface Destination {
  readonly uid: string;
  readonly prefix: string;
  readonly inside: boolean;
}

/** Answers for the clusters' API servers. */
export interface ApiServer {
  answer(to: Destination, request: IncomingMessage, response: ServerResponse): void;
  /** Why a namespace takes no more pods, by its limits and quotas. */
  refusal(request: PodRequest): string | undefined;
}

export function createApiServer(host: CloudHost, objects: Objects): ApiServer {
  const lookout = createLookout(host, objects);
  return {
    answer(to, request, response) {
      serve(host, objects, to, request, response)
        .then(() => lookout.begin())
        .catch((error: unknown) => send(response, refusalReply(host, error)))
        .catch(() => response.destroy());
    },
    refusal({ cluster: id, namespace, resources, count }) {
      const uid = uidOf(host, id);
      const cluster = clusterOf(host, uid);
      if (cluster !== undefined) bringUpToDate(host, objects, cluster);
      const keeper = createKeeper(host, objects, uid);
      const container = { name: "main", image: "main", resources };
      return missingRoom(keeper, withLimits(keeper, { metadata: { namespace }, spec: { containers: [container] } }), count);
    },
  };
}

async function serve(
  host: CloudHost,
  objects: Objects,
  { uid, prefix, inside }: Destination,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming, prefix);
  const cluster = clusterOf(host, uid);
  if (cluster === undefined) throw new Refusal(404, "NotFound", `no cluster answers at ${serverPath(uid)}`);
  if (isStopped(cluster))
    throw new Refusal(503, "ServiceUnavailable", `the cluster ${cluster.resource.name} is stopped; start it first`);
  if (!inside && isPrivate(cluster.resource))
    throw new Refusal(
      403,
      "Forbidden",
      `the API server of ${cluster.resource.name} is private: it is reached from within its network, or by az aks command invoke`,
    );
  const caller = await authenticate(host, cluster, incoming.headers.authorization);
  bringUpToDate(host, objects, cluster);
  const access = createAccess(host, objects, cluster);
  const user = actAs(host, cluster, access, caller, incoming.headers);
  const known = KINDS.filter(({ feature }) => feature === undefined || cluster.features.has(feature));
  const kinds = [...known, ...REVIEWS];
  const described = request.method === "GET" ? describe(cluster, kinds, request) : undefined;
  if (described !== undefined) return send(response, described);
  const place = placeOf(kinds, request.path);
  if (place === undefined) throw nothingHere();
  if (place.at === "group-version") {
    if (request.method !== "GET") throw unsupported(`${request.method} ${request.path}`);
    return send(response, { status: 200, body: resourceList(kinds, place.group, place.version) });
  }
  const { kind, namespace, name = "", subresource } = place;
  act({ host, objects, cluster, access, user, request, kind, namespace, name, subresource }, response);
}

function isPrivate(resource: Resource): boolean {
  return flagAt(resource, "properties.apiServerAccessProfile.enablePrivateCluster") === true;
}

function refusalReply(host: CloudHost, error: unknown): Reply {
  if (error instanceof Refusal) return { status: error.code, body: error.toStatus(), headers: error.headers };
  host.log("kubernetes.failed", { error: error instanceof Error ? (error.stack ?? error.message) : "unknown" });
  return refusalReply(host, new Refusal(500, "InternalError", "the API server failed; the cloud's log has the details"));
}
