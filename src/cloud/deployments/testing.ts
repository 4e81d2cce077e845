import { asObjects, isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault, type ProviderModule, type Resource } from "../contract.ts";
import { startTestCloud, type TestCloud, type TestCloudOptions } from "../testing.ts";

const API_VERSION = "2024-03-01";

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
          if (properties.crashes === true) throw new ArmFault(500, "BoxCrashed", "the box crashed");
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
  readonly toys: ReturnType<typeof toyProvider>;
  readonly group: string;
  /** A request over TLS with the owner's token, or another one. */
  ask(method: string, path: string, body?: JsonValue | string, token?: string): Promise<DeploymentAnswer>;
  /** PUTs a template to the group (or another scope) and waits until the deployment has ended; gives its GET. */
  deploy(
    template: JsonObject,
    more?: { name?: string; scope?: string; parameters?: JsonObject; mode?: string; location?: string },
  ): Promise<JsonObject>;
  /** Waits until a deployment has ended; gives its GET. */
  ended(id: string): Promise<JsonObject>;
  rows(id: string): Promise<JsonObject[]>;
  /** A new service principal with these roles (by id) on the group; gives its token. */
  principal(roleIds: readonly string[]): Promise<string>;
}

export interface DeploymentAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when the answer has no JSON object. */
  readonly json: JsonObject;
}

const POLLS = 2000;

export async function startDeploymentsCloud(options: TestCloudOptions = {}): Promise<DeploymentsCloud> {
  const toys = toyProvider();
  const t = await startTestCloud({ ...options, providers: [() => toys] });
  const group = await t.group("rg");

  const ask: DeploymentsCloud["ask"] = async (method, path, body, token) => {
    const {
      body: answer,
      headers,
      status,
    } = await t.ask(method, path, {
      apiVersion: API_VERSION,
      ...(body === undefined ? {} : { body }),
      ...(token === undefined ? {} : { token }),
    });
    return { status, headers, json: isObject(answer) ? answer : {} };
  };
  const ended = async (id: string): Promise<JsonObject> => {
    for (let poll = 0; poll < POLLS; poll++) {
      const { json } = await ask("GET", id);
      const state = isObject(json.properties) ? json.properties.provisioningState : undefined;
      if (state !== "Accepted" && state !== "Running") return json;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`the deployment ${id} did not end`);
  };
  return {
    t,
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
      return asObjects(value);
    },
    principal: async (roleIds) => {
      const { token, url } = t.cloud.control;
      const made = await t.ask("POST", `${url}/principals`, { token: token.reveal(), body: { displayName: "somebody" } });
      const { clientId, clientSecret, objectId } = made.json;
      if (typeof clientId !== "string" || typeof clientSecret !== "string" || typeof objectId !== "string")
        throw new Error("no principal was made");
      for (const role of roleIds) {
        const body = {
          properties: {
            roleDefinitionId: `${t.subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
            principalId: objectId,
            principalType: "ServicePrincipal",
          },
        };
        const assigned = await t.ask("PUT", `${group}/providers/Microsoft.Authorization/roleAssignments/${t.host.newGuid()}`, {
          body,
          apiVersion: "2022-04-01",
        });
        if (assigned.status > 201) throw new Error(`the role was not assigned: ${JSON.stringify(assigned.body)}`);
      }
      return t.token(undefined, { clientId, clientSecret });
    },
    [Symbol.asyncDispose]: () => t.close(),
  };
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
