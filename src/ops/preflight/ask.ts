import type { ArmClient } from "../../arm/index.ts";
import { idKey, normalizeLocation } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";

/** A resource as the definition wants it. */
export interface Wanted {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly body: JsonObject;
}

/** What a check may ask of a subscription. */
export interface Ask {
  readonly client: ArmClient;
  /** Without blanks and capitals. */
  readonly location: string;
  readonly wanted: readonly Wanted[];
  readonly signal: AbortSignal;
  /** Address below the subscription's providers: `Microsoft.Compute/locations/eastus/usages`. */
  provider(path: string): string;
  /** The resource as it is now; `undefined` when it would be new. */
  current(resource: Wanted): Promise<JsonObject | undefined>;
  ofType(type: string): readonly Wanted[];
}

export interface PreflightRequest {
  readonly location: string;
  readonly resources: readonly Wanted[];
}

export function createAsk(client: ArmClient, { location, resources }: PreflightRequest, signal: AbortSignal): Ask {
  const reads = new Map<string, Promise<JsonObject | undefined>>();
  return {
    client,
    location: normalizeLocation(location),
    wanted: resources,
    signal,
    provider: (path) => `/subscriptions/${client.connection.subscriptionId}/providers/${path}`,
    current({ id, apiVersion }) {
      const read = reads.get(idKey(id)) ?? client.find(id, apiVersion, signal);
      reads.set(idKey(id), read);
      return read;
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}
