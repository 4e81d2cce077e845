import type { ArmHandler, ArmRequest, ArmResponse, NamespaceAction } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { checkSubscription } from "./guards.ts";
import { readJson } from "./read-json.ts";
import { acceptedResponse } from "./responses.ts";

const PATH = /^\/subscriptions\/([^/]+)\/providers\/([^/]+)\/(.+)$/i;

/** What a namespace answers beside its resources: `checkNameAvailability`, `locations/{location}/deletedVaults`. */
export function createNamespaceRoutes(envelope: Envelope): ArmHandler {
  return async (request) => {
    const [, subscriptionId = "", namespace = "", rest = ""] = PATH.exec(request.path) ?? [];
    const module = envelope.registry.namespace(namespace);
    const fitting = (module?.actions ?? []).flatMap((action) => {
      const params = match(action.path, rest);
      return params === undefined ? [] : [{ action, params }];
    });
    if (module === undefined || fitting.length === 0) return undefined;
    const chosen = fitting.find(({ action }) => action.method === request.method);
    if (chosen === undefined) throw faults.methodNotAllowed(request.method, `'${request.path}'`);
    checkSubscription(envelope, subscriptionId, module.namespace);
    return run(envelope, request, subscriptionId, module.namespace, chosen.action, chosen.params);
  };
}

async function run(
  envelope: Envelope,
  request: ArmRequest,
  subscriptionId: string,
  namespace: string,
  action: NamespaceAction,
  params: Readonly<Record<string, string>>,
): Promise<ArmResponse> {
  const { caller, query, text } = request;
  const permission = `${namespace}/${action.permission}`;
  const scope = `/subscriptions/${envelope.host.subscriptionId}`;
  if (!envelope.host.authorizer.allows(caller, permission, scope)) throw faults.unauthorized(caller, permission, scope);
  const body = text.trim() === "" ? undefined : readJson(text);
  const result = await action.run({ subscriptionId, params, body, query, caller });
  const plain = {
    status: result.status,
    ...(result.headers === undefined ? {} : { headers: result.headers }),
    ...(result.body === undefined ? {} : { body: result.body }),
  };
  if (result.later === undefined) return plain;
  const operation = envelope.operations.create({
    kind: "action",
    resourceId: `${scope}/providers/${namespace}/${fill(action.path, params)}`,
    namespace,
    subscriptionId,
    location: params.location ?? "global",
    apiVersion: request.apiVersion,
    startedBy: caller.objectId,
    durationMs: 0,
  });
  envelope.operations.run(operation, result.later);
  const accepted = acceptedResponse(envelope, result.status, operation, result.body);
  return { ...accepted, headers: { ...accepted.headers, ...result.headers } };
}

/** The values of `{names}` when the path has the template's shape. */
function match(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [template.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? "";
    if (segment.startsWith("{")) params[segment.slice(1, -1)] = value;
    else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return params;
}

function fill(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => params[name] ?? "");
}
