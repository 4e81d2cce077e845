import type { IncomingMessage, ServerResponse } from "node:http";
import { createArm } from "./arm.ts";
import { createAuthorizationRoutes } from "./authorization/routes.ts";
import type { ArmHandler, Plane } from "./contract.ts";
import { CONTROL_PATH } from "./control/path.ts";
import type { ControlOptions } from "./control/routes.ts";
import { createDispatch, type Route } from "./dispatch.ts";
import { createEntra } from "./entra/routes.ts";
import type { Tokens } from "./entra/tokens.ts";
import type { Envelope } from "./envelope/context.ts";
import { createNamespaceRoutes } from "./envelope/namespace-routes.ts";
import { createOperationRoutes, operationAt } from "./envelope/operation-routes.ts";
import { createProviderRoutes } from "./envelope/provider-routes.ts";
import { refusedRoutes } from "./envelope/refused-routes.ts";
import { createResourceRoutes } from "./envelope/resource-routes.ts";
import { createSubscriptionRoutes } from "./envelope/subscription-routes.ts";
import { createTagRoutes } from "./envelope/tag-routes.ts";
import { createGraph } from "./graph/routes.ts";

/** Resource Manager's own names in the public cloud, which some clients keep asking tokens for. */
const ARM_AUDIENCES = ["https://management.azure.com", "https://management.core.windows.net"];
const GRAPH_AUDIENCE = "https://graph.microsoft.com";

/** The method of the request that started an operation: what fault rules name. */
export const OPERATION_METHODS = { write: "PUT", delete: "DELETE", action: "POST" } as const;

export interface FrontOptions {
  readonly envelope: Envelope;
  readonly tokens: Tokens;
  readonly deployments: ArmHandler;
  readonly planes: readonly Plane[];
  readonly control: ControlOptions;
}

/** Everything that answers a request, in the order in which it is asked. */
export function createFront(options: FrontOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { envelope, planes, tokens } = options;
  const { directory, host } = envelope;
  const { faults, journal } = options.control;
  const origin = host.endpoints.arm;
  const audiences = [origin, origin.replace("localhost", "127.0.0.1"), ...ARM_AUDIENCES];
  const arm = createArm({
    tokens,
    audiences,
    handlers: [
      options.deployments,
      createOperationRoutes(envelope),
      refusedRoutes,
      createSubscriptionRoutes(envelope),
      createProviderRoutes(envelope),
      createTagRoutes(envelope),
      createAuthorizationRoutes(envelope),
      createNamespaceRoutes(envelope),
      createResourceRoutes(envelope),
    ],
  });
  const entra = createEntra({ endpoints: host.endpoints, tenantId: host.tenantId, directory, tokens });
  const graph = createGraph({ directory, tokens, audiences: [...audiences, GRAPH_AUDIENCE], origin });
  return createDispatch({
    planes,
    routes: [lazyControl(options.control), entra, graph, arm],
    faults,
    journal,
    losesPoll: (path) => {
      const operation = operationAt(envelope, path);
      return (
        operation !== undefined &&
        faults.take(["lose-poll"], OPERATION_METHODS[operation.kind], operation.resourceId) !== undefined
      );
    },
    log: host.log,
  });
}

/** Loaded when it is first called, with the schemas that it needs: most runs never do. */
function lazyControl(options: ControlOptions): Route {
  return async (call) => {
    if (!call.path.startsWith(`${CONTROL_PATH}/`)) return undefined;
    const { createControl } = await import("./control/routes.ts");
    return createControl(options)(call);
  };
}
