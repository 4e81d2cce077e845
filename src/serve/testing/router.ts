import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { Agent, request } from "undici";
import { listen } from "../listen.ts";
import { silentLog } from "../log.ts";
import type { DeploymentRoute, EndpointRoute, RoutesMessage } from "../protocol.ts";
import { ROUTER_DEFAULTS, type Router, type RouterOptions, startRouter } from "../router/router.ts";

export const KEY = "the-key";

export interface TestRouter extends AsyncDisposable {
  readonly url: string;
  readonly router: Router;
  /** Applies a table of one endpoint `e` that KEY opens. */
  apply(...deployments: readonly TestDeployment[]): void;
  /** POSTs to the endpoint's scoring route over kept-alive connections. */
  score(headers?: Readonly<Record<string, string>>, body?: string): Promise<TestAnswer>;
}

export type TestDeployment = Partial<DeploymentRoute> & Pick<DeploymentRoute, "name" | "weight" | "instances">;

export interface TestAnswer {
  readonly status: number;
  readonly deployment: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What an endpoint may say beside its deployments. */
export type TestEndpoint = Pick<EndpointRoute, "sticky" | "mirrors">;

export async function testRouter(options: Partial<RouterOptions> = {}, endpoint: TestEndpoint = {}): Promise<TestRouter> {
  const router = await startRouter({
    ...ROUTER_DEFAULTS,
    log: silentLog,
    // The test's own work shares the event loop.
    strained: () => false,
    ...options,
  });
  const agent = new Agent();
  const url = `http://127.0.0.1:${router.port}`;
  let version = 0;
  return {
    url,
    router,
    apply: (...deployments) => router.apply(withEndpoint(routesOf(++version, ...deployments), endpoint)),
    async score(headers = {}, body = '{"data":[[5.1,3.5,1.4,0.2]]}') {
      const response = await request(`${url}/api/v1/endpoint/e/score`, {
        method: "POST",
        dispatcher: agent,
        headers: { "content-type": "application/json", authorization: `Bearer ${KEY}`, ...headers },
        body,
      });
      const text = await response.body.text();
      return {
        status: response.statusCode,
        deployment: String(response.headers["azureml-model-deployment"] ?? ""),
        headers: response.headers,
        body: text,
      };
    },
    async [Symbol.asyncDispose]() {
      await agent.close();
      await router.drain();
    },
  };
}

function withEndpoint(routes: RoutesMessage, endpoint: TestEndpoint): RoutesMessage {
  return { ...routes, endpoints: routes.endpoints.map((route) => ({ ...route, ...endpoint })) };
}

export function routesOf(version: number, ...deployments: readonly TestDeployment[]): RoutesMessage {
  const credentials = [{ sha256: createHash("sha256").update(KEY).digest("hex") }];
  const complete = deployments.map((deployment) => ({
    model: { name: "m", version: "1" },
    requestTimeoutMs: 5_000,
    ...deployment,
  }));
  return { type: "routes", version, endpoints: [{ name: "e", credentials, deployments: complete }] };
}

export interface TestInstance extends AsyncDisposable {
  readonly origin: string;
  readonly server: Server;
  /** Every request it got. */
  readonly seen: readonly { readonly url: string; readonly headers: IncomingMessage["headers"]; readonly body: string }[];
}

/** An HTTP server that answers like an instance: with its own name, unless told otherwise. */
export async function testInstance(name: string, answer?: RequestListener): Promise<TestInstance> {
  const seen: { url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (chunk) => (body += String(chunk)));
    incoming.on("end", () => {
      seen.push({ url: incoming.url ?? "", headers: incoming.headers, body });
      if (answer !== undefined) return answer(incoming, response);
      response.writeHead(200, { "content-type": "application/json", "x-request-id": incoming.headers["x-request-id"] });
      response.end(JSON.stringify({ name }));
    });
  });
  const port = await listen(server, "127.0.0.1", 0);
  return {
    origin: `http://127.0.0.1:${port}`,
    server,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
