import { type Counter, DURATION_BOUNDS, type Histogram, type Metrics } from "../metrics.ts";
import type { DeploymentRoute, EndpointRoute, HealthCheck, RoutesMessage, StickyKey } from "../protocol.ts";
import { createInstance, type Instance } from "./instance.ts";
import { createLane, type Lane } from "./mirror.ts";
import { hash } from "./sticky.ts";

/** The table as the hot path reads it: built once for each `routes` message and replaced whole. */
export interface Table {
  readonly version: number;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** By origin; a table takes over those of the one before it, with their connections. */
  readonly instances: ReadonlyMap<string, Instance>;
}

export interface Endpoint {
  readonly name: string;
  readonly credentials: readonly Credential[];
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** Those that get traffic: a positive weight and at least one instance. */
  readonly live: readonly Deployment[];
  /** Some deployment has a positive weight, ready or not. */
  readonly hasWeight: boolean;
  readonly sticky: StickyKey | undefined;
  readonly mirrors: readonly Mirror[];
}

/** A challenger that gets copies of what other deployments answer. */
export interface Mirror {
  readonly deployment: Deployment;
  /** In [0, 1]. */
  readonly share: number;
  /** The same from table to table, so that its limits hold over a switch. */
  readonly lane: Lane;
}

export interface Credential {
  /** The bytes of its hexadecimal digits. */
  readonly sha256: Buffer;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Deployment {
  readonly name: string;
  readonly weight: number;
  readonly instances: readonly Instance[];
  readonly timeoutMs: number;
  /** Sets its keys apart from those of other deployments and endpoints. */
  readonly salt: number;
  readonly healthCheck: HealthCheck | undefined;
  /** What every answer of it says about where it came from. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same, as names and values by turns. */
  readonly headerList: readonly string[];
  readonly duration: Histogram;
  requests(status: number): Counter;
  /** Those of `requests` whose callers named the deployment, so that no weight sent them. */
  pinned(status: number): Counter;
}

export const EMPTY_TABLE: Table = { version: 0, endpoints: new Map(), instances: new Map() };

export function buildTable(message: RoutesMessage, previous: Table, metrics: Metrics): Table {
  const instances = new Map<string, Instance>();
  const instanceOf = (origin: string): Instance => {
    const instance = instances.get(origin) ?? previous.instances.get(origin) ?? createInstance(origin);
    instances.set(origin, instance);
    return instance;
  };
  const endpoints = message.endpoints.map((route) =>
    buildEndpoint(route, previous.endpoints.get(route.name), instanceOf, metrics),
  );
  return { version: message.version, endpoints: new Map(endpoints.map((endpoint) => [endpoint.name, endpoint])), instances };
}

function buildEndpoint(
  { name, credentials, deployments, sticky, mirrors = [] }: EndpointRoute,
  previous: Endpoint | undefined,
  instanceOf: (origin: string) => Instance,
  metrics: Metrics,
): Endpoint {
  const built = new Map(deployments.map((route) => [route.name, buildDeployment(name, route, instanceOf, metrics)]));
  const all = [...built.values()];
  const laneTo = (deployment: string) =>
    previous?.mirrors.find((mirror) => mirror.deployment.name === deployment)?.lane ??
    createLane(metrics, { endpoint: name, deployment });
  return {
    name,
    credentials: credentials.map(({ sha256, expiresAt }) => ({
      sha256: Buffer.from(sha256, "latin1"),
      expiresAt: expiresAt ?? Number.POSITIVE_INFINITY,
    })),
    deployments: built,
    live: all.filter(({ weight, instances }) => weight > 0 && instances.length > 0),
    hasWeight: all.some(({ weight }) => weight > 0),
    sticky,
    mirrors: mirrors.flatMap(({ deployment, percent }) => {
      const challenger = built.get(deployment);
      return challenger === undefined ? [] : [{ deployment: challenger, share: percent / 100, lane: laneTo(deployment) }];
    }),
  };
}

/** Every deployment has these from the start, so that the first failure is an increase. */
const USUAL_CODES = [200, 502, 504];

function buildDeployment(
  endpoint: string,
  route: DeploymentRoute,
  instanceOf: (origin: string) => Instance,
  metrics: Metrics,
): Deployment {
  const labels = { endpoint, deployment: route.name, model: route.model.name, version: route.model.version };
  const byStatus = (name: string, help: string) => {
    const counters: Counter[] = [];
    return (status: number): Counter => (counters[status] ??= metrics.counter(name, help, { ...labels, code: String(status) }));
  };
  const requests = byStatus("quayside_router_requests_total", "Answers to callers.");
  const pinned = byStatus("quayside_router_pinned_requests_total", "Of these, to callers who named the deployment.");
  for (const code of USUAL_CODES) requests(code);
  const headers = {
    "azureml-model-deployment": route.name,
    "x-model-name": route.model.name,
    "x-model-version": route.model.version,
    ...(route.imageDigest === undefined ? {} : { "x-image-digest": route.imageDigest }),
  };
  return {
    name: route.name,
    weight: route.weight,
    instances: route.instances.map(instanceOf),
    timeoutMs: route.requestTimeoutMs,
    salt: hash(`${endpoint}/${route.name}/`),
    healthCheck: route.healthCheck,
    headers,
    headerList: Object.entries(headers).flat(),
    duration: metrics.histogram(
      "quayside_router_request_duration_seconds",
      "From a request's headers to the end of its answer.",
      labels,
      DURATION_BOUNDS,
    ),
    requests,
    pinned,
  };
}
