import type { JsonValue } from "../../base/index.ts";
import { type ActionResult, type ActionSpec, ArmFault, type Principal, type Resource } from "../contract.ts";
import { checkTypeVersion } from "./api-version.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { checkLocks, checkPermission, checkSubscription } from "./guards.ts";
import type { Operation } from "./operations.ts";
import { locate } from "./place.ts";

export interface ActRequest {
  /** The resource; the action's name is beside it. */
  readonly id: string;
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly apiVersion: string;
  readonly body: JsonValue | undefined;
  readonly query: URLSearchParams;
  readonly caller: Principal;
}

export interface Acted {
  readonly result: ActionResult;
  readonly operation?: Operation;
}

export function findAction(actions: Readonly<Record<string, ActionSpec>> | undefined, name: string): ActionSpec | undefined {
  return Object.entries(actions ?? {}).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}

/** A POST below a resource (`listKeys`), or another method where the action has it. */
export async function act(envelope: Envelope, request: ActRequest): Promise<Acted> {
  const place = locate(envelope, request.id, request.apiVersion);
  const { current, registered } = place;
  const action = findAction(registered.spec.actions, request.name);
  if (action === undefined) {
    throw new ArmFault(
      404,
      "InvalidResourceType",
      `'${registered.type}' has no action '${request.name}': the embedded Azure does not have it`,
    );
  }
  if (!(action.methods ?? ["POST"]).includes(request.method))
    throw faults.methodNotAllowed(request.method, `'${registered.type}/${request.name}'`);
  checkTypeVersion(registered.type, registered.spec, request.apiVersion);
  checkPermission(envelope, place, action.permission, request.caller);
  checkSubscription(envelope, place.subscriptionId, registered.namespace);
  // A read-only lock stops every POST, also those that only list secrets.
  if (request.method !== "GET") checkLocks(envelope, place.id, "action");
  if (current === undefined && action.beforeCreate !== true) throw faults.resourceNotFound(place.parsed, registered.type);
  const resource: Resource = current ?? { id: place.id, name: place.name, type: registered.type, properties: {} };
  const result = await action.run({
    method: request.method,
    resource,
    body: request.body,
    query: request.query,
    apiVersion: request.apiVersion,
    caller: request.caller,
  });
  if (result.later === undefined) return { result };
  const operation = envelope.operations.create({
    kind: "action",
    resourceId: place.id,
    namespace: registered.namespace,
    subscriptionId: place.subscriptionId ?? envelope.host.subscriptionId,
    location: resource.location ?? "global",
    apiVersion: request.apiVersion,
    startedBy: request.caller.objectId,
    durationMs: 0,
  });
  envelope.operations.run(operation, result.later);
  return { result, operation };
}
