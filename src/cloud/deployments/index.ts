import type { CloudHost } from "../contract.ts";
import type { Deployments } from "./deployments.ts";
import { createRecords, isActive } from "./record.ts";
import { isDeploymentPath } from "./routes.ts";

/**
 * The template engine is a fifth of the cloud's code, so it is loaded with the first request about a deployment, or at once
 * when one was running before a restart.
 */
export function createDeployments(host: CloudHost): Deployments {
  let loading: Promise<Deployments> | undefined;
  const load = () => (loading ??= import("./deployments.ts").then((module) => module.createDeployments(host)));
  return {
    handle: async (request) => (isDeploymentPath(request.path) ? (await load()).handle(request) : undefined),
    start: async () => {
      if (createRecords(host).all().some(isActive)) await (await load()).start();
    },
    stop: async () => (await loading)?.stop(),
  };
}
