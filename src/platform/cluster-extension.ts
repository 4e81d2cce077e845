import type { AnyInput, Input, ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import { AKS_API_VERSION } from "./node-pools.ts";

interface Placed {
  readonly symbol: string;
  readonly concern: string;
  readonly name: string;
  readonly cluster: ResourceHandle;
  readonly condition?: Input<boolean>;
  readonly dependsOn: readonly ResourceHandle[];
  readonly comment: string;
}

interface ClusterExtension extends Placed {
  readonly type: string;
  readonly namespace: string;
  /** All of them text, booleans included. */
  readonly configuration: AnyInput;
}

/** An extension that Azure installs in a namespace of its own and keeps up to date; AKS gives it an identity. */
export function declareClusterExtension(program: ProgramBuilder, extension: ClusterExtension): ResourceHandle {
  const { symbol, cluster, type, namespace, configuration, ...declared } = extension;
  return program.resource(symbol, {
    type: "Microsoft.KubernetesConfiguration/extensions@2025-03-01",
    ...declared,
    scope: cluster,
    body: {
      identity: { type: "SystemAssigned" },
      properties: {
        extensionType: type,
        releaseTrain: "stable",
        autoUpgradeMinorVersion: true,
        scope: { cluster: { releaseNamespace: namespace } },
        aksAssignedIdentity: { type: "SystemAssigned" },
        configurationSettings: configuration,
      },
    },
  });
}

interface TrustedAccess extends Placed {
  /** What reaches the API server, as itself. */
  readonly from: ResourceHandle;
  readonly role: string;
}

/** Lets a service of Azure reach the API server although local accounts are off. */
export function declareTrustedAccess(program: ProgramBuilder, access: TrustedAccess): ResourceHandle {
  const { symbol, cluster, from, role, ...declared } = access;
  return program.resource(symbol, {
    type: `Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings@${AKS_API_VERSION}`,
    ...declared,
    parent: cluster,
    body: { properties: { sourceResourceId: from.id, roles: [role] } },
  });
}
