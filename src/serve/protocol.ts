/**
 * What the processes of this room tell whoever started them, over Node's IPC channel. A child that loses the channel
 * ends itself, so nothing outlives its starter. Types only: other rooms may import this file.
 */

/** From the model server or the router, once each, in this order. */
export type ChildMessage =
  | { readonly type: "listening"; readonly port: number }
  /** The model answers its own warm-up request. */
  | { readonly type: "ready" }
  /** It will exit with code 3. `code` is a stable word such as `serve.model-not-onnx`. */
  | { readonly type: "failed"; readonly code: string; readonly message: string }
  /** The router routes by this version of the table from now on. */
  | { readonly type: "applied"; readonly version: number };

/** To the model server: fail readiness, finish what is in flight, exit 0. */
export interface DrainMessage {
  readonly type: "drain";
}

/** To the router: replaces the whole table at once. */
export interface RoutesMessage {
  readonly type: "routes";
  readonly version: number;
  readonly endpoints: readonly EndpointRoute[];
}

export interface EndpointRoute {
  readonly name: string;
  /** Lower-case hex SHA-256 of each bearer credential that opens the endpoint; the credentials themselves stay with the starter. */
  readonly credentials: readonly {
    readonly sha256: string /** Milliseconds since the epoch; absent = does not expire. */;
    readonly expiresAt?: number;
  }[];
  readonly deployments: readonly DeploymentRoute[];
}

export interface DeploymentRoute {
  readonly name: string;
  /** Percent of live traffic; over an endpoint they sum to 0 or 100. */
  readonly weight: number;
  /** `http://127.0.0.1:port` of each ready instance; an empty list takes no traffic whatever its weight. */
  readonly instances: readonly string[];
  readonly model: { readonly name: string; readonly version: string };
  readonly requestTimeoutMs: number;
}
