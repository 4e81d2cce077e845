import type { CloudHost, TypeSpec } from "../../contract.ts";
import { requireOneOf, requireText } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { isOfType, referenced } from "../common/references.ts";
import { RULE_NAME } from "./names.ts";

const API_VERSIONS = ["2021-09-01", "2021-07-01-preview"];
const MODES = ["Open", "PrivateOnly"];
const LINKABLE = [
  "Microsoft.OperationalInsights/workspaces",
  "Microsoft.Insights/components",
  "Microsoft.Insights/dataCollectionEndpoints",
];

/** What a network reaches Azure Monitor through. */
export const privateLinkScopes: TypeSpec = {
  type: "privateLinkScopes",
  apiVersions: API_VERSIONS,
  location: "required",
  name: RULE_NAME,
  status: { created: 201, updated: 200, deleted: 202 },
  deleteDurationMs: 10_000,
  patch: true,
  admit({ body }) {
    if (body.location?.toLowerCase() !== "global")
      throw badRequest(
        "LocationNotAvailableForResourceType",
        `location is ${JSON.stringify(body.location)}; it must be global`,
        "location",
      );
    for (const way of ["ingestion", "query"]) {
      const path = `properties.accessModeSettings.${way}AccessMode`;
      requireText(body, path, "InvalidRequestContent");
      requireOneOf(body, path, MODES, "InvalidRequestContent");
    }
    return { ...body, properties: { privateEndpointConnections: [], ...body.properties } };
  },
};

/** What can be reached through a scope. */
export function scopedResources(host: CloudHost): TypeSpec {
  return {
    type: "privateLinkScopes/scopedResources",
    apiVersions: API_VERSIONS,
    location: "inherited",
    name: RULE_NAME,
    status: { created: 202, updated: 202, deleted: 202 },
    durationMs: 10_000,
    deleteDurationMs: 10_000,
    admit(change) {
      const path = "properties.linkedResourceId";
      const id = requireText(change.body, path, "InvalidRequestContent");
      const type = LINKABLE.find((known) => isOfType(id, known));
      if (type === undefined)
        throw badRequest("InvalidRequestContent", `${path} is ${id}; it must be the id of one of ${LINKABLE.join(", ")}`, path);
      referenced(host, change, id, type, path, "LinkedResourceNotFound");
      return change.body;
    },
  };
}
