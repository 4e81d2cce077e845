import type { JsonValue } from "../../base/index.ts";
import type { Principal } from "./resource.ts";

/** A request to ARM after authentication. */
export interface ArmRequest {
  readonly method: string;
  /** Decoded, double slashes collapsed, no trailing slash, no query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly apiVersion: string;
  readonly headers: Headers;
  /** The raw text: `az` sends deployments that are not JSON, so whoever reads it chooses the parser. */
  readonly text: string;
  readonly caller: Principal;
  /** For `x-ms-correlation-request-id`. */
  readonly correlationId: string;
}

export interface ArmResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
}

/** Answers a request, or `undefined` when it is not its business. */
export type ArmHandler = (request: ArmRequest) => Promise<ArmResponse | undefined>;
