import { idKey, NAME_RULES, parseResourceId, resourceType } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest, conflict } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { AKS_API_VERSIONS } from "./api-versions.ts";

const TYPE = "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings";
const MOST_PER_CLUSTER = 8;

/** Roles by the type of resource that may be trusted with them. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.MachineLearningServices/workspaces": ["mlworkload", "inference-v1"],
  "Microsoft.DataProtection/backupVaults": ["backup-operator"],
};

export function trustedAccessRoleBindings(host: CloudHost): TypeSpec {
  return {
    type: "managedClusters/trustedAccessRoleBindings",
    apiVersions: AKS_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES[TYPE],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 30_000,
    immutable: ["properties.sourceResourceId"],
    admit(change) {
      const { id, body } = change;
      const source = requireText(body, "properties.sourceResourceId", "InvalidParameter");
      const parsed = parseResourceId(source);
      const type = Object.keys(ROLES).find(
        (known) => known.toLowerCase() === ((parsed && resourceType(parsed)) ?? "").toLowerCase(),
      );
      if (type === undefined)
        throw badRequest(
          "InvalidParameter",
          `properties.sourceResourceId is ${source}; trusted access is for ${Object.keys(ROLES).join(", ")}`,
        );
      checkRoles(textsAt(body, "properties.roles"), type);
      const others = host.resources.below(parentOf(id), TYPE).filter((other) => idKey(other.id) !== idKey(id));
      const same = others.find((other) => idKey(textAt(other, "properties.sourceResourceId") ?? "") === idKey(source));
      if (same !== undefined)
        throw conflict(
          "OperationNotAllowed",
          `${source} has the binding ${same.name} already; a source has one binding on a cluster`,
        );
      if (others.length >= MOST_PER_CLUSTER)
        throw badRequest("OperationNotAllowed", `the cluster has ${others.length} bindings; the most is ${MOST_PER_CLUSTER}`);
      if (change.preflight !== true && host.resources.get(source) === undefined) {
        throw badRequest(
          "TrustedAccessSourceResourceNotFound",
          `properties.sourceResourceId refers to ${source}, which does not exist`,
        );
      }
      return body;
    },
  };
}

function checkRoles(roles: readonly string[], type: string): void {
  const known = (ROLES[type] ?? []).map((role) => `${type}/${role}`);
  if (roles.length === 0)
    throw badRequest(
      "InvalidParameter",
      `properties.roles is empty; for ${type} it holds some of ${known.join(", ")}`,
      "properties.roles",
    );
  const wrong = roles.find((role) => !known.some((name) => name.toLowerCase() === role.toLowerCase()));
  if (wrong !== undefined)
    throw badRequest(
      "TrustedAccessRoleNotFound",
      `properties.roles has ${wrong}; for ${type} it must be one of ${known.join(", ")}`,
      "properties.roles",
    );
}

/** The answer to `locations/{location}/trustedAccessRoles`. */
export function trustedAccessRoles(): JsonObject {
  return {
    value: Object.entries(ROLES).flatMap(([sourceResourceType, names]) =>
      names.map((name) => ({ name, sourceResourceType, rules: [] })),
    ),
  };
}
