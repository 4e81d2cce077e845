import type { JsonObject } from "../base/index.ts";
import type { Secret } from "../report/index.ts";
import type { ClockMode } from "./clock.ts";
import type { CloudClock, Endpoints, ProviderFactory, Runtime } from "./contract.ts";

export interface CloudOptions {
  /** Everything that the cloud remembers; made when it is not there. */
  readonly stateDir: string;
  /** 0 or absent takes a free port. */
  readonly port?: number;
  readonly httpPort?: number;
  readonly proxyPort?: number;
  readonly clock?: ClockMode;
  readonly runtime: Pick<Runtime, "modelServer" | "router" | "environmentRoot">;
  /** Absent: everything in `providers/`. */
  readonly providers?: readonly ProviderFactory[];
  /** Namespaces that a new state starts without, as new subscriptions do: `Microsoft.KubernetesConfiguration`. */
  readonly unregistered?: readonly string[];
  readonly log?: (line: JsonObject) => void;
}

export interface Cloud extends AsyncDisposable {
  readonly endpoints: Endpoints;
  /** The same routes without TLS, for tools that allow it. */
  readonly http: string;
  /** The CONNECT proxy that knows the rehearsal's host names. */
  readonly proxy: string;
  readonly caFile: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Of the service principal that owns the subscription. */
  readonly credentials: { readonly clientId: string; readonly clientSecret: Secret };
  readonly control: { readonly url: string; readonly token: Secret };
  readonly clock: CloudClock;
  close(): Promise<void>;
}
