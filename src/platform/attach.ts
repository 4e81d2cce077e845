import {
  type AnyInput,
  call,
  entries,
  equals,
  not,
  or,
  type ProgramBuilder,
  type ResourceHandle,
  text,
  when,
} from "../ir/index.ts";
import type { Cluster } from "./cluster.ts";
import { declareClusterExtension, declareTrustedAccess } from "./cluster-extension.ts";
import { EXTENSION_NAMESPACE } from "./cluster-words.ts";
import type { Identities } from "./identity.ts";
import { CPU_INSTANCE_TYPES, GPU_INSTANCE_TYPES, SPOT_INSTANCE_TYPES } from "./instance-types.ts";
import { ML_POOLS, tolerationOf, tolerationSettings } from "./pools.ts";
import { extensionPrincipal, systemPrincipal } from "./principals.ts";
import type { PrivateLink } from "./private-link.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";
import { SCHEDULER_SETTING } from "./volcano.ts";
import { ML_API_VERSION } from "./workspace.ts";

export interface AttachNeeds {
  readonly cluster: Cluster;
  readonly workspace: ResourceHandle;
  readonly identities: Identities;
  readonly privateLink: PrivateLink;
}

/** What the workspace may do on the cluster: it attaches as itself, with local accounts off. */
const CLUSTER_ROLES = {
  workspaceClusterAdmin: { role: "aksClusterAdmin", why: "Attach the cluster to the workspace." },
  workspaceClusterRbac: {
    role: "aksRbacClusterAdmin",
    why: "Run jobs and models on the cluster; with Azure RBAC this is the role that Kubernetes checks.",
  },
  workspaceExtension: { role: "kubernetesExtensionContributor", why: "See and configure the Azure ML extension." },
} as const;

export interface Attachment {
  readonly aksCompute: ResourceHandle;
  readonly extension: ResourceHandle;
}

/** Brings cluster and workspace together, in the order that Azure ML needs: roles, Trusted Access, extension, attach. */
export function declareAttachment(program: ProgramBuilder, settings: Settings, needs: AttachNeeds): Attachment {
  const { cluster, namespace, ready } = needs.cluster;
  const roles = Object.entries(CLUSTER_ROLES).map(([symbol, row]) =>
    declareRoleAssignment(program, {
      symbol,
      concern: "attach",
      to: systemPrincipal(needs.workspace),
      scope: cluster,
      ...row,
    }),
  );
  const trustedAccess = declareTrustedAccess(program, {
    symbol: "trustedAccess",
    concern: "attach",
    name: "azureml",
    cluster,
    from: needs.workspace,
    role: "Microsoft.MachineLearningServices/workspaces/mlworkload",
    dependsOn: [ready],
    comment: "Lets Azure ML reach the API server although local accounts are off.",
  });
  declareFederation(program, settings, needs);
  const extension = declareExtension(program, settings, needs.cluster, trustedAccess);
  const aksCompute = program.resource("aksCompute", {
    type: `Microsoft.MachineLearningServices/workspaces/computes@${ML_API_VERSION}`,
    concern: "attach",
    name: "aks-compute",
    parent: needs.workspace,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      identity: { type: "UserAssigned", userAssignedIdentities: entries([[needs.identities.training.id, {}]]) },
      properties: {
        computeType: "Kubernetes",
        computeLocation: settings.location,
        resourceId: cluster.id,
        disableLocalAuth: true,
        properties: {
          namespace: namespace.name,
          defaultInstanceType: "defaultinstancetype",
          instanceTypes: call(
            "union",
            CPU_INSTANCE_TYPES,
            when(settings.enableGpuNodes, GPU_INSTANCE_TYPES, {}),
            when(settings.enableSpotNodes, SPOT_INSTANCE_TYPES, {}),
          ),
          extensionPrincipalId: extensionPrincipal(extension).objectId,
          extensionInstanceReleaseTrain: "stable",
        },
      },
    },
    dependsOn: [...roles, ...Object.values(needs.privateLink)],
    onlyIfNotExists: true,
    comment: "Azure ML refuses to update an attached cluster; to change it, detach it and deploy again.",
  });
  return { aksCompute, extension };
}

/** Service accounts of the compute namespace under which Azure ML starts training pods. */
const TRAINING_ACCOUNTS = ["default", "training"] as const;

/** One after the other: Azure refuses concurrent writes on the credentials of one identity. */
function declareFederation(program: ProgramBuilder, settings: Settings, { cluster, identities }: AttachNeeds): void {
  let before: ResourceHandle | undefined;
  for (const account of TRAINING_ACCOUNTS) {
    before = program.resource(`${account}AccountFederation`, {
      type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30",
      concern: "attach",
      name: `aks-${account}`,
      parent: identities.training,
      body: {
        properties: {
          issuer: cluster.cluster.get("properties", "oidcIssuerProfile", "issuerURL"),
          subject: text`system:serviceaccount:${settings.computeNamespace}:${account}`,
          audiences: ["api://AzureADTokenExchange"],
        },
      },
      dependsOn: before ? [before] : [],
      comment: "Training pods prove who they are with their service account's token; no secret is involved.",
    });
  }
}

function declareExtension(
  program: ProgramBuilder,
  settings: Settings,
  { cluster, mlPool, gpuPool, spotPool }: Cluster,
  trustedAccess: ResourceHandle,
): ResourceHandle {
  return declareClusterExtension(program, {
    symbol: "azureMlExtension",
    concern: "attach",
    name: "azureml",
    cluster,
    type: "microsoft.azureml.kubernetes",
    namespace: EXTENSION_NAMESPACE,
    configuration: call("union", extensionSettings(settings, cluster), scoringTls(settings), scheduling(settings)),
    dependsOn: [mlPool, gpuPool, spotPool, trustedAccess],
    comment:
      "Runs Azure ML's jobs and models on the cluster. Settings are text, booleans included; the CLI adds those from clusterId on by itself, and without them the installation fails.",
  });
}

/**
 * `toleration` is for the extension's own components, `workLoadToleration` (with a capital L) for jobs and models.
 * Microsoft's page does not document them; Microsoft's own templates use them.
 */
const TOLERATIONS = Object.values(ML_POOLS).map(({ taint }) => tolerationOf(taint));

/** The second half is what the CLI adds by itself. */
function extensionSettings(settings: Settings, cluster: ResourceHandle): AnyInput {
  return {
    enableTraining: "True",
    enableInference: "True",
    inferenceRouterServiceType: "LoadBalancer",
    internalLoadBalancerProvider: "azure",
    inferenceRouterHA: settings.profile("inferenceRouterHa"),
    installPromOp: "True",
    installVolcano: "True",
    installNvidiaDevicePlugin: when(settings.enableGpuNodes, "True", "False"),
    installDcgmExporter: when(settings.enableGpuNodes, "True", "False"),
    // Jobs may wait for nodes that the autoscaler has yet to add.
    "amloperator.skipResourceValidation": when(
      or(settings.enableAutoScaling, not(equals(settings.volcanoConfigMap, ""))),
      "true",
      "false",
    ),
    // Its own ingress class does not collide with an ingress controller of the team.
    "nginxIngress.controller": "k8s.io/amlarc-ingress-nginx",
    ...tolerationSettings("toleration", TOLERATIONS),
    ...tolerationSettings("workLoadToleration", TOLERATIONS),

    clusterId: cluster.id,
    cluster_name: cluster.id,
    cluster_name_friendly: cluster.name,
    "prometheus.prometheusSpec.externalLabels.cluster_name": cluster.id,
    clusterPurpose: settings.profile("extensionPurpose"),
    location: settings.region,
    jobSchedulerLocation: settings.region,
    domain: text`${settings.region}.cloudapp.azure.com`,
    "nginxIngress.enabled": "true",
    "relayserver.enabled": "false",
    "servicebus.enabled": "false",
  };
}

/** The ConfigMap has to be there before it is named, so this is for the second deployment. */
function scheduling({ volcanoConfigMap }: Settings) {
  return when<object>(equals(volcanoConfigMap, ""), {}, { [SCHEDULER_SETTING]: volcanoConfigMap });
}

/** HTTPS needs a certificate's secret in the cluster; without one the router serves plain HTTP on its internal address. */
function scoringTls(settings: Settings) {
  const plain = or(equals(settings.scoringHostName, ""), equals(settings.scoringTlsSecretName, ""));
  return when<object>(
    plain,
    { allowInsecureConnections: "True" },
    {
      allowInsecureConnections: "False",
      sslCname: settings.scoringHostName,
      sslSecret: settings.scoringTlsSecretName,
    },
  );
}
