import type { ProviderFactory } from "../../contract.ts";
import { createKubernetesPlane } from "../../planes/kubernetes/index.ts";
import { agentPools } from "./agent-pools.ts";
import { versionList } from "./kubernetes-versions.ts";
import { maintenanceConfigurations } from "./maintenance-configurations.ts";
import { managedClusters } from "./managed-clusters.ts";
import { managedNamespaces } from "./managed-namespaces.ts";
import { createCommandRunner } from "./run-command/index.ts";
import { trustedAccessRoleBindings, trustedAccessRoles } from "./trusted-access.ts";

export const createContainerService: ProviderFactory = (host) => {
  const kubernetes = createKubernetesPlane(host);
  const commands = createCommandRunner(host, kubernetes);
  return {
    namespace: "Microsoft.ContainerService",
    planes: [kubernetes],
    start: () => commands.start(),
    stop: () => commands.stop(),
    types: [
      managedClusters(host, { forget: (uid) => kubernetes.forget(uid), runCommand: commands.action }),
      commands.type,
      agentPools(host),
      managedNamespaces(host),
      trustedAccessRoleBindings(host),
      maintenanceConfigurations,
    ],
    actions: [
      {
        method: "GET",
        path: "locations/{location}/kubernetesVersions",
        permission: "locations/kubernetesVersions/read",
        run: () => ({ status: 200, body: versionList() }),
      },
      {
        method: "GET",
        path: "locations/{location}/trustedAccessRoles",
        permission: "locations/trustedAccessRoles/read",
        run: () => ({ status: 200, body: trustedAccessRoles() }),
      },
    ],
  };
};
