import { asString, isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { Secret } from "../../report/index.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

/** Percent of live traffic by deployment; the percentages sum to 0 or 100. */
export type Traffic = Readonly<Record<string, number>>;

export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly scoringUri: string;
  readonly authMode: string;
  readonly traffic: Traffic;
  readonly tags: Tags;
  /** Texts that Azure ML keeps and gives back without looking at them. */
  readonly properties: Tags;
}

export type Tags = Readonly<Record<string, string>>;

export interface EndpointDeployment {
  readonly name: string;
  readonly state: string;
  /** ARM id of the model version. */
  readonly model: string;
  readonly tags: Tags;
  /** Whether it keeps what it is asked and answers (the data collector). */
  readonly collects: boolean;
}

const endpointPath = (workspace: Workspace, name: string) => below(workspace, `onlineEndpoints/${name}`);
const deploymentPath = (workspace: Workspace, endpoint: string, name: string) =>
  `${endpointPath(workspace, endpoint)}/deployments/${name}`;

export async function findEndpoint(workspace: Workspace, name: string, signal?: AbortSignal): Promise<Endpoint | undefined> {
  const body = await workspace.client.find(endpointPath(workspace, name), ML_API_VERSION, signal);
  return body && toEndpoint(body);
}

export async function listEndpoints(workspace: Workspace, signal?: AbortSignal): Promise<Endpoint[]> {
  return (await workspace.client.list(below(workspace, "onlineEndpoints"), ML_API_VERSION, signal)).map(toEndpoint);
}

export async function putEndpoint(workspace: Workspace, name: string, body: JsonObject, signal?: AbortSignal): Promise<Endpoint> {
  return toEndpoint(await workspace.client.put(endpointPath(workspace, name), ML_API_VERSION, body, signal));
}

/** Sets the weights and, in the same change, these tags and properties, and nothing else; the service answers when the router has them. */
export async function setTraffic(
  workspace: Workspace,
  name: string,
  traffic: Traffic,
  more: { readonly tags?: Tags; readonly properties?: Tags } = {},
  signal?: AbortSignal,
): Promise<Endpoint> {
  const current = await workspace.client.get(endpointPath(workspace, name), ML_API_VERSION, signal);
  const { location, identity, kind } = current;
  const { authMode, compute, publicNetworkAccess, description, properties: kept } = properties(current);
  const own = { ...texts(kept), ...more.properties };
  const body = {
    location,
    tags: { ...texts(current.tags), ...more.tags },
    identity,
    kind,
    properties: { authMode, compute, publicNetworkAccess, description, properties: own, traffic: { ...traffic } },
  };
  return putEndpoint(workspace, name, withoutUndefined(body) as JsonObject, signal);
}

export async function endpointKey(workspace: Workspace, name: string, signal?: AbortSignal): Promise<Secret> {
  const body = await workspace.client.post(`${endpointPath(workspace, name)}/listKeys`, ML_API_VERSION, undefined, signal);
  return new Secret(asString(body.primaryKey));
}

export async function listDeployments(
  workspace: Workspace,
  endpoint: string,
  signal?: AbortSignal,
): Promise<EndpointDeployment[]> {
  return (await workspace.client.list(`${endpointPath(workspace, endpoint)}/deployments`, ML_API_VERSION, signal)).map(
    toDeployment,
  );
}

export async function findDeployment(
  workspace: Workspace,
  endpoint: string,
  name: string,
  signal?: AbortSignal,
): Promise<EndpointDeployment | undefined> {
  const body = await workspace.client.find(deploymentPath(workspace, endpoint, name), ML_API_VERSION, signal);
  return body && toDeployment(body);
}

/** Ends when the deployment serves or has failed. */
export async function putDeployment(
  workspace: Workspace,
  endpoint: string,
  name: string,
  body: JsonObject,
  signal?: AbortSignal,
): Promise<EndpointDeployment> {
  return toDeployment(await workspace.client.put(deploymentPath(workspace, endpoint, name), ML_API_VERSION, body, signal));
}

export async function deleteDeployment(
  workspace: Workspace,
  endpoint: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  await workspace.client.delete(deploymentPath(workspace, endpoint, name), ML_API_VERSION, signal);
}

export async function deploymentLogs(
  workspace: Workspace,
  endpoint: string,
  name: string,
  tail: number,
  signal?: AbortSignal,
): Promise<string> {
  const body = await workspace.client.post(
    `${deploymentPath(workspace, endpoint, name)}/getLogs`,
    ML_API_VERSION,
    { tail },
    signal,
  );
  return asString(body.content ?? "");
}

function toEndpoint(body: JsonObject): Endpoint {
  const own = properties(body);
  const traffic = isObject(own.traffic)
    ? Object.fromEntries(Object.entries(own.traffic).map(([name, weight]) => [name, Number(weight)]))
    : {};
  return {
    id: asString(body.id),
    name: asString(body.name),
    state: asString(own.provisioningState),
    scoringUri: asString(own.scoringUri),
    authMode: asString(own.authMode),
    traffic,
    tags: texts(body.tags),
    properties: texts(own.properties),
  };
}

function toDeployment(body: JsonObject): EndpointDeployment {
  const own = properties(body);
  return {
    name: asString(body.name).split("/").at(-1) ?? "",
    state: asString(own.provisioningState),
    model: asString(own.model),
    tags: texts(body.tags),
    collects: isObject(own.dataCollector),
  };
}

function texts(map: JsonValue | undefined): Tags {
  return isObject(map) ? Object.fromEntries(Object.entries(map).map(([key, value]) => [key, asString(value)])) : {};
}

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && item !== null)
      .map(([key, item]) => [key, isObject(item) ? withoutUndefined(item) : item]),
  );
}
