import { sameId } from "../../../azure/index.ts";
import { ArmFault, type CloudHost, type Resource } from "../../contract.ts";
import { flagAt, textAt, textsAt } from "../common/body.ts";
import { hasSucceeded } from "../common/state.ts";
import { hasSystemIdentity, requireWorkspace, workspacePrincipal } from "./workspace-of.ts";

export const CLUSTER = "Microsoft.ContainerService/managedClusters";
const EXTENSION = "Microsoft.KubernetesConfiguration/extensions";
const TRUSTED_ROLE = "Microsoft.MachineLearningServices/workspaces/mlworkload";
/** Namespaces that every cluster has. */
const BUILT_IN = ["default"];

/**
 * What the service looks at when a cluster is attached, in its order. Codes are those of its troubleshooting guide.
 * Throws; the compute is then Failed.
 */
export function attachKubernetes(host: CloudHost, compute: Resource): void {
  const cluster = host.resources.get(textAt(compute.properties, "resourceId") ?? "");
  if (cluster === undefined) throw fault("ClusterNotFound", `the cluster of compute ${compute.name} does not exist`);
  if (!hasSucceeded(cluster))
    throw fault(
      "ClusterNotReachable",
      `cluster ${cluster.name} is ${textAt(cluster.properties, "provisioningState") ?? "unknown"}, not Succeeded`,
    );
  const workspace = requireWorkspace(host, compute.id);
  if (!mayEnter(host, workspace, cluster))
    throw fault(
      "ComputeNotAccessible",
      `AKS role check failed: workspace ${workspace.name} may not enter cluster ${cluster.name}; add a trusted access role binding with role ${TRUSTED_ROLE} for a system-assigned identity, or the role Azure Kubernetes Service Cluster Admin with local accounts on`,
    );
  checkExtension(host, cluster);
  const namespace = textAt(compute.properties, "properties.namespace") ?? "default";
  if (!BUILT_IN.includes(namespace) && !hasSucceeded(host.resources.get(`${cluster.id}/managedNamespaces/${namespace}`)))
    throw fault(
      "GenericComputeError",
      `namespace ${namespace} does not exist in cluster ${cluster.name}; create it before attaching`,
    );
}

/** Trusted Access speaks for the workspace's system-assigned identity only; the other way needs the admin credential. */
function mayEnter(host: CloudHost, workspace: Resource, cluster: Resource): boolean {
  const bound = host.resources
    .below(cluster.id, `${CLUSTER}/trustedAccessRoleBindings`)
    .some(
      ({ properties }) =>
        sameId(textAt(properties, "sourceResourceId") ?? "", workspace.id) &&
        textsAt(properties, "roles").some((role) => role.toLowerCase() === TRUSTED_ROLE.toLowerCase()),
    );
  if (bound && hasSystemIdentity(workspace)) return true;
  const principal = workspacePrincipal(host, workspace);
  const localAccounts = flagAt(cluster.properties, "disableLocalAccounts") !== true;
  return (
    localAccounts &&
    principal !== undefined &&
    host.authorizer.allows(principal, `${CLUSTER}/listClusterAdminCredential/action`, cluster.id)
  );
}

function checkExtension(host: CloudHost, cluster: Resource): void {
  const extension = host.resources
    .below(cluster.id, EXTENSION)
    .find(({ properties }) => textAt(properties, "extensionType")?.toLowerCase() === "microsoft.azureml.kubernetes");
  if (extension === undefined)
    throw fault(
      "ClusterServiceNotFound",
      `the extension microsoft.azureml.kubernetes is not installed in cluster ${cluster.name}`,
    );
  if (!hasSucceeded(extension))
    throw fault(
      "ClusterServiceNotFound",
      `the extension ${extension.name} in cluster ${cluster.name} is ${textAt(extension.properties, "provisioningState") ?? "unknown"}, not Succeeded`,
    );
}

const fault = (code: string, message: string) => new ArmFault(400, code, message);
