import { randomBytes } from "node:crypto";
import type { CloudHost, Plane } from "../../contract.ts";
import { isLoopbackName } from "../../suffixes.ts";
import { serverPath } from "./cluster/cluster.ts";
import { forgetDerived } from "./cluster/marks.ts";
import { createObjects } from "./objects/objects.ts";
import type { ApiServer } from "./server.ts";

export { usesEntra } from "./access/entra.ts";
export { adminToken, SERVER_APPLICATION, serverPath } from "./cluster/cluster.ts";

const PREFIX = /^\/kubernetes\/([0-9a-f]{24})(?:\/inside\/([0-9a-f]{32}))?(?=\/|$)/;

export interface KubernetesPlane extends Plane {
  forget(uid: string): void;
  /** A way to a cluster's API server as from within its network; it leads there until it is closed. */
  letIn(uid: string): { readonly path: string; close(): void };
}

/** The API servers of the clusters, each below a path of its own on the cloud's origin. What they are made of is loaded when one is asked first. */
export function createKubernetesPlane(host: CloudHost): KubernetesPlane {
  const objects = createObjects(host);
  const doors = new Map<string, string>();
  let loaded: Promise<ApiServer> | undefined;
  const server = () => {
    loaded ??= import("./server.ts").then(({ createApiServer }) => createApiServer(host, objects));
    return loaded;
  };
  host.workloads.judge(async (request) => (await server()).refusal(request));
  return {
    name: "kubernetes",
    matches: (name, path) => PREFIX.test(path) && isLoopbackName(name),
    handle(request, response) {
      const [prefix = "", uid = "", door = ""] = PREFIX.exec(request.url ?? "") ?? [];
      const to = { uid, prefix, inside: doors.get(door) === uid };
      server()
        .then((api) => api.answer(to, request, response))
        .catch(() => response.destroy());
    },
    letIn(uid) {
      const door = randomBytes(16).toString("hex");
      doors.set(door, uid);
      return { path: `${serverPath(uid)}/inside/${door}`, close: () => void doors.delete(door) };
    },
    forget(uid) {
      objects.forget(uid);
      forgetDerived(host, uid);
    },
  };
}
