import type { JsonObject } from "../../../base/index.ts";
import type { Resource } from "../../contract.ts";

/** What every compute shows beside its own properties. */
export function commonProperties(body: Resource, attached: boolean): JsonObject {
  return {
    computeLocation: body.location,
    isAttachedCompute: attached,
    disableLocalAuth: body.properties.disableLocalAuth ?? false,
    provisioningErrors: null,
  };
}
