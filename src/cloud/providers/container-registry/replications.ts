import { normalizeLocation } from "../../../azure/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { REGISTRY_API_VERSIONS } from "./registries.ts";

/** Copies of a Premium registry in other regions, one in each. */
export function replications(host: CloudHost): TypeSpec {
  return {
    type: "registries/replications",
    apiVersions: REGISTRY_API_VERSIONS,
    location: "required",
    name: { pattern: /^[a-zA-Z0-9]{5,50}$/, words: "5 to 50 letters and digits" },
    status: { created: 201, updated: 200, deleted: 200 },
    durationMs: 60_000,
    patch: true,
    admit({ id, body }) {
      const registry = host.resources.get(parentOf(id));
      const sku = textAt(registry, "sku.name") ?? "Premium";
      if (sku.toLowerCase() !== "premium")
        throw badRequest("SkuNotSupported", `replications need the Premium SKU; the registry has ${sku}`);
      if (normalizeLocation(registry?.location ?? "") === normalizeLocation(body.location ?? "")) {
        throw badRequest(
          "InvalidRequestContent",
          `location is ${body.location}, the registry's own region; a replication is in another one`,
          "location",
        );
      }
      return { ...body, properties: withDefaults(body.properties, { regionEndpointEnabled: true, zoneRedundancy: "Disabled" }) };
    },
  };
}
