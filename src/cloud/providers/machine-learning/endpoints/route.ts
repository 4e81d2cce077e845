import { idKey } from "../../../../azure/index.ts";
import { type JsonObject, jsonEqual } from "../../../../base/index.ts";
import type { EndpointRoute, MirrorRoute, StickyKey } from "../../../../serve/protocol.ts";
import type { Credentials } from "./credentials.ts";
import type { CollectionSpec } from "./data-collector.ts";
import type { Probe } from "./probe.ts";

/** What one deployment runs; kept in the store, so that a restarted cloud brings it back by itself. */
export interface DeploymentSpec {
  readonly deploymentId: string;
  readonly endpointId: string;
  readonly name: string;
  /** The AKS cluster below the endpoint's compute: each has a router of its own. */
  readonly cluster: string;
  readonly modelFolder: string;
  readonly model: { readonly name: string; readonly version: string };
  /** Of the image that its environment names: of what its registry has, or as it is named. */
  readonly imageDigest?: string;
  readonly instances: number;
  readonly env: Readonly<Record<string, string>>;
  readonly requestTimeoutMs: number;
  readonly liveness: Probe;
  readonly readiness: Probe;
  readonly collection?: CollectionSpec;
}

/** An endpoint as it is routed: what its last PUT that succeeded asked for. */
export interface RoutedEndpoint {
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly authMode: string;
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrors?: readonly MirrorRoute[];
  readonly sticky?: StickyKey;
}

/** The router's own checks find an instance that hangs between two readiness probes, whose period is ten seconds by default. */
const ROUTER_CHECK = { periodMs: 1_000, timeoutMs: 1_000 };

/** An endpoint's part of its router's table: its deployments of those that run, with the instances that are ready. */
export function routeOf(
  endpoint: RoutedEndpoint,
  credentials: Credentials,
  running: readonly { readonly spec: DeploymentSpec; readonly set: { readonly ready: string[] } }[],
): EndpointRoute {
  return {
    name: endpoint.name,
    credentials,
    deployments: running
      .filter(({ spec }) => idKey(spec.endpointId) === idKey(endpoint.id))
      .map(({ spec, set }) => ({
        name: spec.name,
        weight: endpoint.traffic[spec.name] ?? 0,
        instances: set.ready,
        model: spec.model,
        requestTimeoutMs: spec.requestTimeoutMs,
        healthCheck: { path: spec.readiness.path, ...ROUTER_CHECK },
        ...(spec.imageDigest === undefined ? {} : { imageDigest: spec.imageDigest }),
      })),
    ...(endpoint.mirrors === undefined ? {} : { mirrors: endpoint.mirrors }),
    ...(endpoint.sticky === undefined ? {} : { sticky: endpoint.sticky }),
  };
}

/** True when only the number of instances differs. */
export function sameProcess(a: DeploymentSpec, b: DeploymentSpec): boolean {
  const plain = (spec: DeploymentSpec) => ({ ...spec, instances: 0 }) as unknown as JsonObject;
  return jsonEqual(plain(a), plain(b));
}
