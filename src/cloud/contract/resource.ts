import type { JsonObject, JsonValue } from "../../base/index.ts";

/** A resource as it is stored and as GET returns it (before `present`). */
export interface Resource {
  readonly id: string;
  readonly name: string;
  /** Canonical casing: `Microsoft.Network/virtualNetworks`. */
  readonly type: string;
  location?: string;
  tags?: Record<string, string>;
  kind?: string;
  sku?: JsonObject;
  identity?: JsonObject;
  zones?: JsonValue;
  etag?: string;
  systemData?: JsonObject;
  properties: JsonObject;
  /** Members that some types have beside these (`plan`, `extendedLocation`, `managedBy`). */
  [member: string]: JsonValue | undefined;
}

/** Who is asking. `system` is the platform itself and passes every check. */
export interface Principal {
  /** The object id (`oid` in tokens, `principalId` in role assignments). */
  readonly objectId: string;
  readonly kind: "servicePrincipal" | "user" | "managedIdentity" | "system";
  readonly displayName: string;
}

/** What ARM refuses, with the status and code that Azure would use and a message in our words. */
export class ArmFault extends Error {
  override readonly name = "ArmFault";
  readonly status: number;
  readonly code: string;
  readonly target: string | undefined;
  readonly details: readonly JsonObject[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { target?: string; details?: readonly JsonObject[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.target = more.target;
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }

  /** The value under `error` in the body. */
  toError(): JsonObject {
    return {
      code: this.code,
      message: this.message,
      ...(this.target === undefined ? {} : { target: this.target }),
      ...(this.details.length === 0 ? {} : { details: [...this.details] }),
    };
  }
}
