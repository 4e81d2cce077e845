import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch as send } from "undici";
import { type RoleName, roleDefinitionId } from "../azure/index.ts";
import { isObject, type JsonObject, type JsonValue } from "../base/index.ts";
import type { Cloud, CloudOptions } from "./cloud.ts";
import type { CloudHost, ProviderFactory, ProviderModule, TypeSpec } from "./contract.ts";
import { startCloud } from "./start.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, the text otherwise, `undefined` when empty. */
  readonly body: JsonValue | undefined;
  /** The body as an object; throws when it is not one. */
  readonly json: JsonObject;
  /** `error.code` of the body. */
  readonly code: string | undefined;
}

export interface AskOptions {
  /** JSON, or text that is sent as it is. */
  readonly body?: JsonValue | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` sends none; absent = the owner's. */
  readonly token?: string | null;
  /** Added as `api-version` unless the path has one; `null` adds none. */
  readonly apiVersion?: string | null;
}

export interface TestCloud extends AsyncDisposable {
  readonly cloud: Cloud;
  /** What the providers got. */
  readonly host: CloudHost;
  readonly stateDir: string;
  /** Every type of the providers by its full name, `Microsoft.Network/virtualNetworks`. */
  readonly types: ReadonlyMap<string, TypeSpec>;
  /** `/subscriptions/{id}` */
  readonly subscription: string;
  /** A request over TLS to ARM's origin (or to an absolute URL there) with the owner's token. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** PUTs a resource group and gives its id. */
  group(name: string, location?: string): Promise<string>;
  /** PUTs, follows the operation to its end, and gives the last GET; throws what failed. */
  put(id: string, body: JsonObject, apiVersion?: string): Promise<JsonObject>;
  /** Follows an answer's Azure-AsyncOperation (or Location) until it ends. */
  settle(answer: Answer): Promise<Answer>;
  /** Calls the control endpoint: `control("POST", "/faults", { kind: "throttle" })`. */
  control(method: string, path: string, body?: JsonObject): Promise<Answer>;
  /** A new service principal without roles, and its token for ARM. */
  principal(
    displayName: string,
  ): Promise<{ readonly objectId: string; readonly clientId: string; readonly clientSecret: string; readonly token: string }>;
  /** Assigns a built-in role at a scope. */
  assign(objectId: string, role: RoleName, scope: string): Promise<void>;
  /** A token of the seed principal, or of another one. */
  token(audience?: string, credentials?: { clientId: string; clientSecret: string }): Promise<string>;
  close(): Promise<void>;
}

export type TestCloudOptions = Partial<CloudOptions> & {
  /** Keeps the folder when the cloud closes: for tests that start it again. */
  readonly keep?: boolean;
};

const DEFAULT_API_VERSION = "2025-04-01";
/** Operations end in virtual time, at once; behind some are real processes. */
const SETTLE_WITHIN_MS = 25_000;
const ENDED = ["succeeded", "failed", "canceled"];

/** A cloud in a folder of its own on free ports, and a client that trusts it. Import only from tests. */
export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), "quayside-cloud-")));
  const captured: CloudHost[] = [];
  const modules: ProviderModule[] = [];
  const factories = options.providers ?? (await import("./providers/index.ts")).providers;
  const cloud = await startCloud({
    runtime: { modelServer: [], router: [], environmentRoot: process.cwd() },
    ...options,
    providers: [
      (host) => {
        captured.push(host);
        return { namespace: "Test.Probe", types: [] };
      },
      ...factories.map(
        (factory): ProviderFactory =>
          (host) => {
            const module = factory(host);
            modules.push(module);
            return module;
          },
      ),
    ],
    stateDir,
  });
  const host = captured[0];
  if (host === undefined) throw new Error("the cloud made no provider");
  const agent = new Agent({ connect: { ca: readFileSync(cloud.caFile, "utf8") } });
  const tokens = new Map<string, Promise<string>>();

  async function request(
    method: string,
    url: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Answer> {
    const response = await send(url, {
      method,
      headers,
      dispatcher: agent,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const parsed = text === "" ? undefined : isJson ? (JSON.parse(text) as JsonValue) : text;
    const error = isObject(parsed) && isObject(parsed.error) ? parsed.error.code : undefined;
    return {
      status: response.status,
      headers: new Headers([...response.headers]),
      body: parsed,
      code: typeof error === "string" ? error : undefined,
      get json() {
        if (!isObject(parsed)) throw new Error(`${method} ${url} answered ${response.status} without a JSON object: ${text}`);
        return parsed;
      },
    };
  }

  function token(audience = cloud.endpoints.arm, credentials?: { clientId: string; clientSecret: string }): Promise<string> {
    const { clientId, clientSecret } = credentials ?? {
      clientId: cloud.credentials.clientId,
      clientSecret: cloud.credentials.clientSecret.reveal(),
    };
    const key = `${clientId} ${audience}`;
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${audience}/.default`,
    });
    const made = request(
      "POST",
      `${cloud.endpoints.arm}/${cloud.tenantId}/oauth2/v2.0/token`,
      { "content-type": "application/x-www-form-urlencoded" },
      String(form),
    ).then(({ json }) => {
      if (typeof json.access_token !== "string") throw new Error(`no token: ${JSON.stringify(json)}`);
      return json.access_token;
    });
    tokens.set(key, made);
    return made;
  }

  async function ask(method: string, path: string, asked: AskOptions = {}): Promise<Answer> {
    const url = new URL(path.startsWith("https://") ? path : `${cloud.endpoints.arm}${path}`);
    const version = asked.apiVersion === undefined ? DEFAULT_API_VERSION : asked.apiVersion;
    if (version !== null && !url.searchParams.has("api-version")) url.searchParams.set("api-version", version);
    const bearer = asked.token === undefined ? await token() : asked.token;
    const body = asked.body === undefined || typeof asked.body === "string" ? asked.body : JSON.stringify(asked.body);
    return request(
      method,
      url.href,
      {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...asked.headers,
      },
      body,
    );
  }

  async function settle(answer: Answer): Promise<Answer> {
    const status = answer.headers.get("azure-asyncoperation");
    const location = answer.headers.get("location");
    if (status === null && location === null) return answer;
    const giveUpAt = Date.now() + SETTLE_WITHIN_MS;
    while (Date.now() < giveUpAt) {
      const polled = await ask("GET", status ?? location ?? "");
      const state = isObject(polled.body) && typeof polled.body.status === "string" ? polled.body.status.toLowerCase() : "";
      if (status === null ? polled.status !== 202 : polled.status >= 400 || ENDED.includes(state)) return polled;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`the operation at ${status ?? location} did not end in ${SETTLE_WITHIN_MS} ms`);
  }

  const control = (method: string, path: string, body?: JsonObject) =>
    ask(method, `${cloud.control.url}${path}`, {
      token: cloud.control.token.reveal(),
      apiVersion: null,
      ...(body === undefined ? {} : { body }),
    });

  async function principal(displayName: string) {
    const { clientId, clientSecret, objectId } = (await control("POST", "/principals", { displayName })).json;
    if (typeof clientId !== "string" || typeof clientSecret !== "string" || typeof objectId !== "string")
      throw new Error("no principal was made");
    return { objectId, clientId, clientSecret, token: await token(undefined, { clientId, clientSecret }) };
  }

  async function assign(objectId: string, role: RoleName, scope: string): Promise<void> {
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`;
    const properties = { principalId: objectId, roleDefinitionId: roleDefinitionId(cloud.subscriptionId, role) };
    const made = await ask("PUT", id, { body: { properties } });
    if (made.status !== 201) throw new Error(`PUT ${id} answered ${made.status}: ${JSON.stringify(made.body)}`);
  }

  async function close(): Promise<void> {
    await agent.destroy();
    await cloud.close();
    if (options.keep !== true && options.stateDir === undefined) await rm(stateDir, { recursive: true, force: true });
  }

  return {
    cloud,
    host,
    stateDir,
    types: new Map(modules.flatMap(({ namespace, types }) => types.map((spec) => [`${namespace}/${spec.type}`, spec] as const))),
    subscription: `/subscriptions/${cloud.subscriptionId}`,
    ask,
    settle,
    control,
    principal,
    assign,
    token,
    group: async (name, location = "eastus") => {
      const id = `/subscriptions/${cloud.subscriptionId}/resourceGroups/${name}`;
      const made = await ask("PUT", id, { body: { location } });
      if (made.status >= 300) throw new Error(`PUT ${id} answered ${made.status}: ${JSON.stringify(made.body)}`);
      return id;
    },
    put: async (id, body, apiVersion) => {
      const version = apiVersion === undefined ? {} : { apiVersion };
      const answer = await ask("PUT", id, { body, ...version });
      if (answer.status >= 300) throw new Error(`PUT ${id} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      const ended = await settle(answer);
      if (isObject(ended.body) && ended.body.status === "Failed")
        throw new Error(`PUT ${id} failed: ${JSON.stringify(ended.body.error)}`);
      return (await ask("GET", id, version)).json;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
