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
  /** Requests with the same value of this header or cookie go to the same deployment; those without one are drawn by weight. */
  readonly sticky?: StickyKey;
  /** Who gets copies of live requests; their answers are compared and thrown away. */
  readonly mirrors?: readonly MirrorRoute[];
}

export type StickyKey = { readonly header: string } | { readonly cookie: string };

export interface MirrorRoute {
  /** A deployment of the same endpoint, usually one without weight. */
  readonly deployment: string;
  /** Percent of the requests that other deployments answer; each challenger has its own draw, so they need not sum to 100. */
  readonly percent: number;
}

export interface DeploymentRoute {
  readonly name: string;
  /** Percent of live traffic; over an endpoint they sum to 0 or 100. */
  readonly weight: number;
  /** `http://127.0.0.1:port` of each ready instance; an empty list takes no traffic whatever its weight. */
  readonly instances: readonly string[];
  readonly model: { readonly name: string; readonly version: string };
  readonly requestTimeoutMs: number;
  /** `sha256:...` of the image that serves it, for the answers to name. */
  readonly imageDigest?: string;
  /** How the router asks each instance by itself; without it only failed requests tell that an instance is down. */
  readonly healthCheck?: HealthCheck;
}

export interface HealthCheck {
  /** Answers 2xx while the instance may get requests. */
  readonly path: string;
  readonly periodMs: number;
  readonly timeoutMs: number;
}
