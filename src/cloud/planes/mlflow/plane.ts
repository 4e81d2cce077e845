import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { CloudHost, Plane, Principal, Resource } from "../../contract.ts";
import { artifactPlace, listArtifacts, readArtifact, removeArtifact, writeArtifact } from "./artifacts.ts";
import { experimentRoutes } from "./experiment-routes.ts";
import { invalid, MlflowFault, missing } from "./fault.ts";
import { readFields, sendJson, toMlflowFault } from "./http.ts";
import { Params } from "./params.ts";
import { registryRoutes } from "./registry-routes.ts";
import { READ_RUNS, type Routes, WRITE_RUNS } from "./route.ts";
import { runRoutes } from "./run-routes.ts";
import { artifactUri } from "./run-search.ts";
import { getRun } from "./runs.ts";

const PREFIX =
  /^\/mlflow\/v[12]\.0(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.MachineLearningServices\/workspaces\/[^/]+)(\/.*)$/i;
const API = /^\/(?:ajax-)?api\/[23]\.0\/mlflow\/(.+?)\/?$/;
const ARTIFACTS = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.*))?$/;
/** Azure ML's tracking server has none of these and answers with an empty 404 (azure-sdk-for-python#44896). */
const NOT_ON_AZURE = /^(?:logged-models|traces|runs\/outputs|prompt|scorers|webhooks)(?:\/|$)/;

const ROUTES: Routes = {
  ...experimentRoutes,
  ...runRoutes,
  ...registryRoutes,
  "GET artifacts/list": {
    permission: READ_RUNS,
    run: async ({ host, workspace, params }) => {
      const run = getRun(host, workspace, params.optionalText("run_id") || params.text("run_uuid"));
      const path = (params.optionalText("path") ?? "").replace(/\/+$/, "");
      const { location } = artifactPlace(host, workspace, `${run.experimentId}/${run.id}/artifacts/${path}`);
      return { root_uri: artifactUri(run), files: await listArtifacts(host, location, path === "" ? "" : `${path}/`) };
    },
  },
};

/** MLflow's tracking and registry API of every workspace, at `/mlflow/v1.0{workspace id}` and `/mlflow/v2.0{workspace id}`. */
export function mlflowPlane(host: CloudHost): Plane {
  return {
    name: "mlflow",
    matches: (_host, path) => PREFIX.test(path),
    handle: (request, response) => {
      answer(host, request, response).catch((cause: unknown) => {
        const fault = toMlflowFault(cause);
        if (fault === undefined) host.log("mlflow.internal-error", { path: request.url ?? "", message: String(cause) });
        if (response.headersSent) return response.destroy();
        const { status, body, headers } = fault ?? UNEXPECTED;
        // A body that was not read to its end would be taken for the next request.
        sendJson(response, status, body, request.complete ? headers : { ...headers, connection: "close" });
      });
    },
  };
}

const UNEXPECTED = {
  status: 500,
  body: { error_code: "INTERNAL_ERROR", message: "the tracking server failed; its log says why" },
  headers: {},
};

async function answer(host: CloudHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, workspaceId = "", rest = ""] = PREFIX.exec(decodeURI(pathname)) ?? [];
  const caller = await host.authorizer.authenticate(request.headers.authorization, audiences(host));
  const workspace = host.resources.get(workspaceId);
  const [, path] = ARTIFACTS.exec(rest) ?? [];
  if (ARTIFACTS.test(rest)) {
    const permitted = allowedWorkspace(host, workspace, caller, request.method === "GET" ? READ_RUNS : WRITE_RUNS);
    return await answerArtifacts(host, permitted, request, response, decodeURIComponent(path ?? ""), searchParams);
  }
  const [, call = ""] = API.exec(rest) ?? [];
  if (NOT_ON_AZURE.test(call)) {
    response.writeHead(404, { "content-length": "0" }).end();
    return;
  }
  const route = ROUTES[`${request.method} ${call}`];
  if (route === undefined)
    throw new MlflowFault("ENDPOINT_NOT_FOUND", `${request.method} ${rest} is not part of Azure ML's tracking API`);
  const permitted = allowedWorkspace(host, workspace, caller, route.permission);
  const params = new Params(await readFields(request, searchParams));
  sendJson(response, 200, await route.run({ host, workspace: permitted, params, caller }));
}

async function answerArtifacts(
  host: CloudHost,
  workspace: Resource,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  if (path === "") {
    if (request.method !== "GET") throw invalid("the path of an artifact is missing");
    const { location } = artifactPlace(host, workspace, query.get("path") ?? "");
    return sendJson(response, 200, { files: await listArtifacts(host, location, "") });
  }
  const place = artifactPlace(host, workspace, path);
  switch (request.method) {
    case "GET": {
      const body = await readArtifact(host, place);
      response.writeHead(200, { "content-type": "application/octet-stream" });
      return await pipeline(body, response);
    }
    case "PUT":
      await writeArtifact(host, place, request, request.headers["content-type"]);
      return sendJson(response, 200, {});
    case "DELETE":
      await removeArtifact(host, place);
      return sendJson(response, 200, {});
    default:
      throw new MlflowFault("ENDPOINT_NOT_FOUND", `artifacts take GET, PUT and DELETE, not ${request.method}`);
  }
}

function allowedWorkspace(host: CloudHost, workspace: Resource | undefined, caller: Principal, permission: string): Resource {
  if (workspace === undefined) throw missing("the workspace");
  const action = `Microsoft.MachineLearningServices/workspaces/${permission}`;
  if (host.authorizer.allows(caller, action, workspace.id)) return workspace;
  throw new MlflowFault(
    "PERMISSION_DENIED",
    `principal ${caller.objectId} may not perform ${action} on ${workspace.id}; it needs a role such as AzureML Data Scientist`,
  );
}

function audiences({ endpoints: { arm } }: CloudHost): string[] {
  const bases = [arm, "https://management.azure.com", "https://management.core.windows.net", "https://ml.azure.com"];
  return bases.flatMap((base) => [base, `${base}/`]);
}
