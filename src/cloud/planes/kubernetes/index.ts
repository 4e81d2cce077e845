import type { CloudHost, Plane } from "../../contract.ts";
import { isLoopbackName } from "../../suffixes.ts";
import { forgetDerived } from "./cluster/marks.ts";
import { createObjects } from "./objects/objects.ts";
import type { ApiServer } from "./server.ts";

export { usesEntra } from "./access/entra.ts";
export { adminToken, SERVER_APPLICATION, serverPath } from "./cluster/cluster.ts";

const PREFIX = /^\/kubernetes\/([0-9a-f]{24})(?=\/|$)/;

/** The API servers of the clusters, each below a path of its own on the cloud's origin. What they are made of is loaded when one is asked first. */
export function createKubernetesPlane(host: CloudHost): Plane & { forget(uid: string): void } {
  const objects = createObjects(host);
  let server: Promise<ApiServer> | undefined;
  return {
    name: "kubernetes",
    matches: (name, path) => PREFIX.test(path) && isLoopbackName(name),
    handle(request, response) {
      const uid = PREFIX.exec(request.url ?? "")?.[1] ?? "";
      server ??= import("./server.ts").then(({ createApiServer }) => createApiServer(host, objects));
      server.then((answer) => answer(uid, request, response)).catch(() => response.destroy());
    },
    forget(uid) {
      objects.forget(uid);
      forgetDerived(host, uid);
    },
  };
}
