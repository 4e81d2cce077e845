import { ArmFault, type ArmHandler, type ArmRequest, type ArmResponse } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faultOf, type Operation } from "./operations.ts";
import { pendingHeaders, resourceResponse } from "./responses.ts";

const STATUS = /^\/subscriptions\/[^/]+\/providers\/[^/]+\/locations\/[^/]+\/operationstatuses\/([^/]+)$/i;
const RESULT = /^\/subscriptions\/[^/]+\/(?:providers\/[^/]+\/locations\/[^/]+\/)?operationresults\/([^/]+)$/i;

/** Where clients poll. */
export function createOperationRoutes(envelope: Envelope): ArmHandler {
  return async (request) => {
    if (request.method !== "GET") return undefined;
    const status = STATUS.exec(request.path);
    if (status) return statusOf(envelope, find(envelope, status[1] ?? "", request));
    const result = RESULT.exec(request.path);
    if (result) return resultOf(envelope, find(envelope, result[1] ?? "", request));
    return undefined;
  };
}

/** The operation that a path polls. */
export function operationAt(envelope: Envelope, path: string): Operation | undefined {
  const id = (STATUS.exec(path) ?? RESULT.exec(path))?.[1];
  return id === undefined ? undefined : envelope.operations.get(id);
}

/** Whoever started an operation may watch it, and whoever may read the resource. */
function find(envelope: Envelope, id: string, { caller }: ArmRequest): Operation {
  const operation = envelope.operations.get(id);
  const type = operation === undefined ? undefined : envelope.documents.get(operation.resourceId)?.type;
  const mayRead =
    operation !== undefined &&
    (operation.startedBy === caller.objectId ||
      (type !== undefined && envelope.host.authorizer.allows(caller, `${type}/read`, operation.resourceId)));
  if (operation === undefined || !mayRead) throw new ArmFault(404, "OperationNotFound", `the operation '${id}' was not found`);
  return operation;
}

function statusOf(envelope: Envelope, operation: Operation): ArmResponse {
  const { endTime, error, id, resourceId, startTime, status } = operation;
  const url = new URL(envelope.operations.urls(operation).status);
  const elapsed = envelope.host.clock.now() - startTime;
  const planned = Math.max(1, operation.dueTime - startTime);
  return {
    status: 200,
    headers: status === "InProgress" ? pendingHeaders() : {},
    body: {
      id: url.pathname,
      name: id,
      resourceId,
      status,
      startTime: new Date(startTime).toISOString(),
      ...(endTime === undefined ? {} : { endTime: new Date(endTime).toISOString() }),
      percentComplete: status === "InProgress" ? Math.min(99, Math.floor((100 * elapsed) / planned)) : 100,
      ...(operation.result === undefined ? {} : { properties: operation.result }),
      ...(error === undefined ? {} : { error }),
    },
  };
}

function resultOf(envelope: Envelope, operation: Operation): ArmResponse {
  switch (operation.status) {
    case "InProgress": {
      const isGroup = operation.kind === "delete" && operation.namespace === "Microsoft.Resources";
      const location = isGroup
        ? `${envelope.host.endpoints.arm}/subscriptions/${operation.subscriptionId}/operationresults/${operation.id}?api-version=${operation.apiVersion}`
        : envelope.operations.urls(operation).result;
      return { status: 202, headers: pendingHeaders(location) };
    }
    case "Failed":
    case "Canceled":
      throw faultOf(operation);
    case "Succeeded": {
      if (operation.kind === "action")
        return operation.result === undefined ? { status: 200 } : { status: 200, body: operation.result };
      const resource = envelope.documents.get(operation.resourceId);
      if (operation.kind === "delete" || resource === undefined) return { status: 200 };
      return resourceResponse(envelope, 200, resource);
    }
  }
}
