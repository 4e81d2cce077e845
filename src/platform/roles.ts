import type { RoleName } from "../azure/index.ts";
import type { Expr, ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import { hasApiServerSubnet, wayOut } from "./egress/index.ts";
import type { Identities } from "./identity.ts";
import { identityPrincipal, operatorPrincipal } from "./principals.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";

/** What the roles below reach. */
export interface RoleScopes {
  readonly nodeSubnet: ResourceHandle;
  readonly ingressSubnet: ResourceHandle;
  readonly apiServerSubnet: ResourceHandle;
  readonly egressRoutes: ResourceHandle;
  readonly kubeletIdentity: ResourceHandle;
  readonly containerRegistry: ResourceHandle;
  readonly storageAccount: ResourceHandle;
  readonly keyVault: ResourceHandle;
  readonly applicationInsights: ResourceHandle;
}

export interface RoleRow<Scope extends string> {
  readonly who: keyof Identities;
  readonly role: RoleName;
  readonly on: Scope;
  /** Where the scope is not always there: when it is. */
  readonly given?: (settings: Settings) => Expr<boolean>;
  readonly why: string;
}

/** Who may do what where. Azure ML gives its workspace's identity the roles on linked resources by itself; a second assignment would conflict. */
export const ROLE_GRAPH = {
  controlPlaneNodes: {
    who: "controlPlane",
    role: "networkContributor",
    on: "nodeSubnet",
    why: "Join nodes and internal load balancers to the node subnet.",
  },
  controlPlaneIngress: {
    who: "controlPlane",
    role: "networkContributor",
    on: "ingressSubnet",
    given: (settings) => settings.profile("privateNetworking"),
    why: "Put front ends of internal load balancers into the ingress subnet.",
  },
  controlPlaneApiServer: {
    who: "controlPlane",
    role: "networkContributor",
    on: "apiServerSubnet",
    given: hasApiServerSubnet,
    why: "Put the API server into its subnet.",
  },
  controlPlaneRoutes: {
    who: "controlPlane",
    role: "networkContributor",
    on: "egressRoutes",
    given: (settings) => wayOut(settings).routed,
    why: "See that the route out leads to the firewall, which AKS asks for before it makes the cluster.",
  },
  controlPlaneKubelet: {
    who: "controlPlane",
    role: "managedIdentityOperator",
    on: "kubeletIdentity",
    why: "Give the nodes the kubelet identity.",
  },
  kubeletPull: { who: "kubelet", role: "acrPull", on: "containerRegistry", why: "Pull images onto the nodes." },
  trainingPull: { who: "training", role: "acrPull", on: "containerRegistry", why: "Pull training images." },
  trainingData: {
    who: "training",
    role: "storageBlobDataContributor",
    on: "storageAccount",
    why: "Read data and write models, metrics and logs.",
  },
  trainingSecrets: { who: "training", role: "keyVaultSecretsUser", on: "keyVault", why: "Read the secrets that jobs name." },
  trainingTelemetry: {
    who: "training",
    role: "monitoringMetricsPublisher",
    on: "applicationInsights",
    why: "Publish metrics of training jobs.",
  },
  endpointPull: { who: "endpoint", role: "acrPull", on: "containerRegistry", why: "Pull the image of the model server." },
  endpointModels: {
    who: "endpoint",
    role: "storageBlobDataReader",
    on: "storageAccount",
    why: "Download the model that is served.",
  },
} as const satisfies Record<string, RoleRow<keyof RoleScopes>>;

export type RoleAssignments = Record<keyof typeof ROLE_GRAPH, ResourceHandle>;

export function declareRoles(
  program: ProgramBuilder,
  settings: Settings,
  identities: Identities,
  scopes: RoleScopes,
): RoleAssignments {
  const rows: [string, RoleRow<keyof RoleScopes>][] = Object.entries(ROLE_GRAPH);
  const assignments = rows.map(([symbol, row]) => [
    symbol,
    declareRoleAssignment(program, {
      symbol,
      concern: "roles",
      ...onlyIf(row.given?.(settings)),
      to: identityPrincipal(identities[row.who]),
      role: row.role,
      scope: scopes[row.on],
      why: row.why,
    }),
  ]);
  declareRoleAssignment(program, {
    symbol: "operatorData",
    concern: "roles",
    to: operatorPrincipal(settings),
    role: "storageBlobDataContributor",
    scope: scopes.storageAccount,
    why: "Upload training data and read models and held-out predictions.",
  });
  return Object.fromEntries(assignments) as RoleAssignments; // the compiler forgets the keys, which are those of the table
}
