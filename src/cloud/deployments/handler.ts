import { ArmFault, type ArmHandler, type ArmRequest, type ArmResponse } from "../contract.ts";
import { parseBody } from "../template/index.ts";
import type { Call } from "./call.ts";
import { cancel, create, remove, validate, whatIf } from "./commands.ts";
import { checkDeploymentName } from "./deployment-name.ts";
import { type Engine, requirePermission, requireScope } from "./engine.ts";
import { checkExistence, exportTemplate, list, operationResult, operationStatus, operations, show } from "./queries.ts";
import { deploymentId } from "./record.ts";
import { type DeploymentPath, isOtherScope, isStackPath, isTemplateHashPath, parseDeploymentPath } from "./routes.ts";
import { templateHash } from "./template-hash.ts";

type Route = { readonly permission: string; readonly run: (call: Call) => Promise<ArmResponse> | ArmResponse };

const ROUTES: Readonly<Record<string, Route>> = {
  "PUT ": { permission: "write", run: create },
  "GET ": { permission: "read", run: show },
  "HEAD ": { permission: "read", run: checkExistence },
  "DELETE ": { permission: "delete", run: remove },
  "POST validate": { permission: "validate/action", run: validate },
  "POST whatif": { permission: "whatIf/action", run: whatIf },
  "POST cancel": { permission: "cancel/action", run: cancel },
  "POST exporttemplate": { permission: "exportTemplate/action", run: exportTemplate },
  "GET operations": { permission: "operations/read", run: operations },
  "GET operationstatuses": { permission: "operationstatuses/read", run: operationStatus },
  "GET operationresults": { permission: "read", run: operationResult },
};

export function createHandler(engine: Engine): ArmHandler {
  return async (request) => {
    if (isStackPath(request.path)) throw refused("InvalidResourceType", "deployment stacks are not supported; use deployments");
    if (isOtherScope(request.path))
      throw refused("InvalidDeploymentScope", "deployments to a tenant or a management group are not supported");
    if (isTemplateHashPath(request.path) && request.method === "POST") return hash(request);
    const path = parseDeploymentPath(request.path);
    if (path === undefined) return undefined;
    if (path.name === undefined) return list(engine, request, path);
    const route = ROUTES[`${request.method} ${path.action ?? ""}`];
    if (route === undefined) throw new ArmFault(405, "MethodNotAllowed", `${request.method} is not allowed on '${request.path}'`);
    if (path.action === undefined) checkDeploymentName(path.name);
    const target = canonicalTarget(engine, path);
    const id = deploymentId(target, path.name);
    requirePermission(engine, request.caller, `Microsoft.Resources/deployments/${route.permission}`, id);
    requireScope(engine, target);
    return route.run({ engine, request, path: { ...path, target }, id, name: path.name });
  };
}

const refused = (code: string, message: string) => new ArmFault(404, code, message);

/** Ids show the group's name as it was created. */
function canonicalTarget({ host }: Engine, { target }: DeploymentPath): DeploymentPath["target"] {
  if (target.resourceGroup === undefined) return target;
  const group = host.resources.get(`/subscriptions/${target.subscriptionId}/resourceGroups/${target.resourceGroup}`);
  return { ...target, resourceGroup: group?.name ?? target.resourceGroup };
}

function hash({ text }: ArmRequest): ArmResponse {
  const template = parseBody(text);
  return { status: 200, body: { minifiedTemplate: JSON.stringify(template), templateHash: templateHash(template) } };
}
