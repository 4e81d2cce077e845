import { NAME_RULES } from "../../../azure/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { flagAt, requireOneOf, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { AKS_API_VERSIONS } from "./api-versions.ts";

const SYSTEM_NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease", "gatekeeper-system"];
const TRAFFIC = ["AllowAll", "AllowSameNamespace", "DenyAll"];

/** A Kubernetes namespace that Resource Manager makes, so a deployment needs no kubectl. */
export function managedNamespaces(host: CloudHost): TypeSpec {
  return {
    type: "managedClusters/managedNamespaces",
    apiVersions: AKS_API_VERSIONS,
    location: "required",
    name: NAME_RULES["Microsoft.ContainerService/managedClusters/managedNamespaces"],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 10_000,
    patch: true,
    admit({ id, name, body, preflight }) {
      if (SYSTEM_NAMESPACES.includes(name))
        throw badRequest("InvalidParameter", `${name} is a namespace of the system and cannot be managed`);
      for (const way of ["ingress", "egress"])
        requireOneOf(body, `properties.defaultNetworkPolicy.${way}`, TRAFFIC, "InvalidParameter");
      requireOneOf(body, "properties.adoptionPolicy", ["Never", "IfIdentical", "Always"], "InvalidParameter");
      requireOneOf(body, "properties.deletePolicy", ["Keep", "Delete"], "InvalidParameter");
      const cluster = host.resources.get(parentOf(id));
      // Access to the namespace is granted with Azure roles, so the cluster must ask Entra.
      if (preflight !== true && flagAt(cluster, "properties.aadProfile.managed") !== true) {
        throw badRequest(
          "InvalidParameter",
          "managed namespaces need a cluster with Microsoft Entra integration (aadProfile.managed)",
        );
      }
      const defaults = {
        defaultNetworkPolicy: { ingress: "AllowSameNamespace", egress: "AllowAll" },
        adoptionPolicy: "Never",
        deletePolicy: "Keep",
      };
      return { ...body, properties: withDefaults(body.properties, defaults) };
    },
  };
}
