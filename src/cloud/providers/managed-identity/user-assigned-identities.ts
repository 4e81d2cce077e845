import { NAME_RULES } from "../../../azure/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { requireOneOf } from "../common/body.ts";

/** Principal and client id stay the same for as long as the identity exists. */
export function userAssignedIdentities(host: CloudHost): TypeSpec {
  return {
    type: "userAssignedIdentities",
    apiVersions: ["2024-11-30", "2023-01-31", "2018-11-30"],
    location: "required",
    name: NAME_RULES["Microsoft.ManagedIdentity/userAssignedIdentities"],
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit({ id, name, body, preflight }) {
      requireOneOf(body, "properties.isolationScope", ["None", "Regional"], "InvalidRequestContent");
      if (preflight === true) return body;
      return { ...body, properties: { ...body.properties, ...host.principals.managedIdentity(id, name) } };
    },
  };
}
