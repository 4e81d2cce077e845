import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault, type ArmResponse, type Principal, type ProviderModule, type Resource } from "../contract.ts";
import { startTestCloud, type TestCloud, type TestCloudOptions } from "../testing.ts";
import { createDeployments, type Deployments } from "./index.ts";

export const API_VERSION = "2024-03-01";

/** Toys that take virtual time, refuse or fail as their properties say, and remember when they were written. */
export function toyProvider(): ProviderModule & { readonly writes: { readonly name: string; readonly body: Resource }[] } {
  const writes: { name: string; body: Resource }[] = [];
  const busy = new Map<string, number>();
  const name = { pattern: /^[\w-]{1,40}$/, words: "1 to 40 word characters" };
  const status = { created: 201, updated: 200, deleted: 200 } as const;
  return {
    namespace: "Toy.Store",
    writes,
    types: [
      {
        type: "boxes",
        apiVersions: ["2024-01-01"],
        location: "inherited",
        name,
        status,
        durationMs: (box) => (typeof box.properties.takesMs === "number" ? box.properties.takesMs : 60_000),
        admit: (change) => {
          const { properties } = change.body;
          if (properties.refused === true && change.preflight !== true)
            throw new ArmFault(400, "BoxRefused", "the box is refused");
          const left = busy.get(change.id) ?? (typeof properties.busyTimes === "number" ? properties.busyTimes : 0);
          if (left > 0 && change.preflight !== true) {
            busy.set(change.id, left - 1);
            throw new ArmFault(429, "TooManyRequests", "the box is busy", { headers: { "retry-after": "7" } });
          }
          if (change.preflight !== true) writes.push({ name: change.name, body: change.body });
          return change.body;
        },
        provision: ({ properties, name }) => {
          if (properties.broken === true) throw new ArmFault(409, "BoxBroken", "the box is broken");
          return { serial: `serial-${name}` };
        },
        actions: {
          listKeys: {
            permission: "listKeys/action",
            run: ({ resource }) => ({ status: 200, body: { key: `key-of-${resource.name}` } }),
          },
        },
      },
      { type: "boxes/lids", apiVersions: ["2024-01-01"], location: "inherited", name, status },
    ],
  };
}

export interface DeploymentsCloud extends AsyncDisposable {
  readonly t: TestCloud;
  readonly deployments: Deployments;
  readonly toys: ReturnType<typeof toyProvider>;
  readonly group: string;
  /** A request to the engine as `caller`, without the wire; faults become answers as on the wire. */
  ask(
    method: string,
    path: string,
    body?: JsonValue | string,
    caller?: Principal,
  ): Promise<ArmResponse & { readonly json: JsonObject }>;
  /** PUTs a template to the group (or another scope) and waits until the deployment has ended; gives its GET. */
  deploy(
    template: JsonObject,
    more?: { name?: string; scope?: string; parameters?: JsonObject; mode?: string; location?: string },
  ): Promise<JsonObject>;
  /** Waits until a deployment has ended; gives its GET. */
  ended(id: string): Promise<JsonObject>;
  rows(id: string): Promise<JsonObject[]>;
}

export async function startDeploymentsCloud(options: TestCloudOptions = {}): Promise<DeploymentsCloud> {
  const toys = toyProvider();
  const t = await startTestCloud({ ...options, providers: [() => toys] });
  const deployments = createDeployments(t.host);
  const owner: Principal = ownerOf(t);
  const group = await t.group("rg");

  const ask: DeploymentsCloud["ask"] = async (method, path, body, caller = owner) => {
    const [plain = "", query = ""] = path.split("?");
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const request = {
      method,
      path: plain,
      query: new URLSearchParams(query),
      apiVersion: API_VERSION,
      headers: new Headers(),
      text,
      caller,
      correlationId: "c",
    };
    const answer = await deployments.handle(request).catch((error: unknown): ArmResponse => {
      if (error instanceof ArmFault) return { status: error.status, body: { error: error.toError() } };
      throw error;
    });
    if (answer === undefined) throw new Error(`${method} ${path} is not the engine's business`);
    return { ...answer, json: isObject(answer.body) ? answer.body : {} };
  };
  const ended = async (id: string): Promise<JsonObject> => {
    for (let turn = 0; turn < 20_000; turn++) {
      const { json } = await ask("GET", id);
      const { properties } = json;
      if (!isObject(properties) || !/Accepted|Running/.test(String(properties.provisioningState as string))) return json;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`the deployment ${id} did not end`);
  };
  return {
    t,
    deployments,
    toys,
    group,
    ask,
    ended,
    deploy: async (template, { name = "dep", scope = group, parameters, mode = "Incremental", location } = {}) => {
      const id = `${scope}/providers/Microsoft.Resources/deployments/${name}`;
      const properties = { template, mode, ...(parameters === undefined ? {} : { parameters }) };
      const answer = await ask("PUT", id, { ...(location === undefined ? {} : { location }), properties });
      if (answer.status > 201) throw new Error(`${answer.status} ${JSON.stringify(answer.json)}`);
      return ended(id);
    },
    rows: async (id) => {
      const { value } = (await ask("GET", `${id}/operations`)).json;
      return Array.isArray(value) ? value.filter(isObject) : [];
    },
    [Symbol.asyncDispose]: async () => {
      await deployments.stop();
      await t.close();
    },
  };
}

/** The seed service principal, as ARM would know it from its token. */
function ownerOf({ host, subscription }: TestCloud): Principal {
  const [assignment] = host.resources.below(subscription, "Microsoft.Authorization/roleAssignments");
  const principal = host.principals.byObjectId(String(assignment?.properties.principalId as string));
  if (principal === undefined) throw new Error("the seed principal is unknown");
  return principal;
}

/** A template in the language of Bicep 2.0. */
export function symbolic(resources: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    languageVersion: "2.0",
    contentVersion: "1.0.0.0",
    ...more,
    resources,
  };
}

export function box(name: string, properties: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return { type: "Toy.Store/boxes", apiVersion: "2024-01-01", name, properties, ...more };
}
