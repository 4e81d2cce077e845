import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type CloudHost, type Plane, type Resource } from "../../contract.ts";
import { textAt, textsAt } from "../../providers/common/body.ts";
import { createBlobAccess } from "../blob/index.ts";
import { readObject } from "./body.ts";
import { discovery } from "./discovery.ts";
import { resolvedUris, runData, runDetails, runOf } from "./runs.ts";

interface Call {
  readonly workspace: Resource;
  readonly params: readonly string[];
  readonly body: JsonObject;
}

interface Route {
  readonly method: "GET" | "POST";
  readonly service: "history" | "data";
  /** Below `{service}/v1.0{workspace}`. */
  readonly path: RegExp;
  /** The RBAC action at the workspace. */
  readonly action: string;
  run(host: CloudHost, call: Call): Promise<JsonObject> | JsonObject;
}

const READ_JOBS = "Microsoft.MachineLearningServices/workspaces/jobs/read";

const ROUTES: readonly Route[] = [
  {
    method: "GET",
    service: "history",
    path: /^runs\/([^/]+)\/details$/,
    action: READ_JOBS,
    run: (host, call) => details(host, call),
  },
  {
    method: "GET",
    service: "history",
    path: /^runs\/([^/]+)$/,
    action: READ_JOBS,
    run: (host, { workspace, params }) => runOf(host, workspace, params[0] ?? ""),
  },
  {
    method: "POST",
    service: "history",
    path: /^rundata$/,
    action: READ_JOBS,
    run: (host, { workspace, body }) => runData(host, workspace, textAt(body, "runId") ?? ""),
  },
  {
    method: "POST",
    service: "data",
    path: /^dataversion\/batchGetResolvedUris$/,
    action: "Microsoft.MachineLearningServices/workspaces/data/versions/read",
    run: (host, { workspace, body }) => resolvedUris(host, workspace, textsAt(body, "values")),
  },
];

const details = (host: CloudHost, { workspace, params }: Call) =>
  runDetails(host, createBlobAccess(host), workspace, params[0] ?? "");

const PATH =
  /^\/(history|data)\/v1\.0(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.machinelearningservices\/workspaces\/[^/]+)\/(.+)$/i;

/** Azure ML's own data plane on the ARM listener: where its services are, and the history of runs. */
export function createHistoryPlane(host: CloudHost): Plane {
  return {
    name: "history",
    matches: (_name, path) => path === "/discovery" || /^\/(history|data)\/v1\.0\//.test(path),
    handle(request, response) {
      answer(host, request)
        .then((body) => send(response, 200, body))
        .catch((error: unknown) => {
          if (error instanceof ArmFault) return send(response, error.status, { error: error.toError() }, error.headers);
          host.log("history.failed", { error: error instanceof Error ? error.message : "unknown" });
          send(response, 500, { error: { code: "InternalServerError", message: "the run history failed" } });
        });
    },
  };
}

async function answer(host: CloudHost, request: IncomingMessage): Promise<JsonObject> {
  const url = new URL(request.url ?? "/", host.endpoints.arm);
  if (url.pathname === "/discovery") return discovery(host);
  const [, service = "", workspaceId = "", rest = ""] = PATH.exec(decodeURI(url.pathname)) ?? [];
  const route = ROUTES.find((one) => one.service === service && one.method === request.method && one.path.test(rest));
  if (route === undefined)
    throw new ArmFault(404, "NotFound", `the data plane of Azure ML has no ${request.method ?? "GET"} ${url.pathname}`);
  const arm = host.endpoints.arm;
  const caller = await host.authorizer.authenticate(request.headers.authorization, [
    arm,
    `${arm}/`,
    "https://management.azure.com",
    "https://management.azure.com/",
    "https://ml.azure.com",
    "https://ml.azure.com/",
  ]);
  const workspace = host.resources.get(workspaceId);
  if (workspace === undefined) throw new ArmFault(404, "ResourceNotFound", `workspace ${workspaceId} does not exist`);
  if (!host.authorizer.allows(caller, route.action, workspace.id))
    throw new ArmFault(
      403,
      "AuthorizationFailed",
      `principal ${caller.objectId} may not ${route.action} at ${workspace.id}; assign it AzureML Data Scientist`,
    );
  const body = route.method === "POST" ? await readObject(request) : {};
  return await route.run(host, { workspace, params: route.path.exec(rest)?.slice(1) ?? [], body });
}

function send(response: ServerResponse, status: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-cache", ...headers });
  response.end(JSON.stringify(body));
}
