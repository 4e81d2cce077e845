import { createProgram, type Program } from "../ir/index.ts";
import { declareAlerts } from "./alerts/index.ts";
import { declareAttachment } from "./attach.ts";
import { declareBackup } from "./backup.ts";
import { declareBudget } from "./budget.ts";
import { declareContinuousIntegration } from "./ci.ts";
import { declareCluster } from "./cluster.ts";
import { declareClusterOperator } from "./cluster-operator.ts";
import { declareCollection } from "./collection.ts";
import { declareCompute } from "./compute.ts";
import { type Customisation, customise } from "./customisation.ts";
import { declareDeployer } from "./deployer.ts";
import { declareEgress } from "./egress/index.ts";
import { declareIdentities } from "./identity.ts";
import { declareLocks } from "./locks.ts";
import { declareMlRegistry } from "./ml-registry.ts";
import { declareNetwork } from "./network.ts";
import { declareObservability } from "./observability.ts";
import { declarePolicies } from "./policies.ts";
import { declarePrivateLink } from "./private-link.ts";
import { declareRegistry } from "./registry.ts";
import { declareRoles } from "./roles.ts";
import { declareSettings } from "./settings.ts";
import { declareStorage } from "./storage.ts";
import { declareVault } from "./vault.ts";
import { declareWorkbook } from "./workbook.ts";
import { declareWorkspace } from "./workspace.ts";

/** The platform in one resource group, as it comes or as a team made it. A concern refers only to concerns declared before it. */
export function definePlatform(customisation: Customisation = {}): Program {
  const program = createProgram();
  const settings = declareSettings(program);

  const identities = declareIdentities(program, settings);
  const observability = declareObservability(program, settings);
  const network = declareNetwork(program, settings);
  const storage = declareStorage(program, settings, observability);
  const vault = declareVault(program, settings, observability);
  const registry = declareRegistry(program, settings, observability);
  const mlRegistry = declareMlRegistry(program, settings, identities, observability);
  const egress = declareEgress(program, settings, {
    network,
    storage: storage.account,
    registry: registry.registry,
    vault,
    mlRegistry,
    logAnalytics: observability.logAnalytics,
  });
  const roles = declareRoles(program, settings, identities, {
    nodeSubnet: network.nodeSubnet,
    ingressSubnet: network.ingressSubnet,
    apiServerSubnet: network.apiServerSubnet,
    egressRoutes: network.routes,
    kubeletIdentity: identities.kubelet,
    containerRegistry: registry.registry,
    storageAccount: storage.account,
    keyVault: vault,
    applicationInsights: observability.applicationInsights,
  });
  const cluster = declareCluster(program, settings, { identities, network, egress, observability, roles });
  const workspace = declareWorkspace(program, settings, {
    network,
    observability,
    storage,
    vault,
    registry: registry.registry,
  });
  const privateLink = declarePrivateLink(program, settings, {
    identities,
    network,
    observability,
    storage: storage.account,
    vault,
    registry,
    mlRegistry,
    workspace,
  });
  declareCompute(program, settings, { identities, network, egress, privateLink, roles, workspace });
  const { aksCompute, extension } = declareAttachment(program, settings, { cluster, workspace, identities, privateLink });
  declareClusterOperator(program, settings, cluster.cluster);
  const backupVault = declareBackup(program, settings, {
    cluster,
    identities,
    observability,
    storage,
    privateLink,
    after: extension,
  });
  declareCollection(program, settings, { cluster: cluster.cluster, observability });
  const actionGroup = declareAlerts(program, settings, {
    cluster: cluster.cluster,
    workspace,
    keyVault: vault,
    storageAccount: storage.account,
    containerRegistry: registry.registry,
    natGateway: network.natGateway,
    firewall: egress.firewall,
    backupVault,
    logAnalytics: observability.logAnalytics,
    monitorAccount: observability.monitorAccount,
  });
  declareContinuousIntegration(program, settings, {
    mlRegistry: mlRegistry.registry,
    workspace,
    containerRegistry: registry.registry,
    storageAccount: storage.account,
  });
  declareDeployer(program, settings, cluster.cluster);
  declarePolicies(program, settings);
  declareLocks(program, settings, {
    vault,
    storage: storage.account,
    logs: observability.logAnalytics,
    network: network.virtualNetwork,
  });
  declareWorkbook(program, settings, observability.logAnalytics);
  declareBudget(program, settings, actionGroup);

  program.output("clusterName", "string", "Name of the AKS cluster.", cluster.cluster.name);
  program.output(
    "oidcIssuerUrl",
    "string",
    "Issuer of the workload identity tokens of the cluster.",
    cluster.cluster.get("properties", "oidcIssuerProfile", "issuerURL"),
  );
  program.output("workspaceName", "string", "Name of the Azure Machine Learning workspace.", workspace.name);
  program.output("workspaceId", "string", "Resource id of the Azure Machine Learning workspace.", workspace.id);
  program.output(
    "kubernetesComputeName",
    "string",
    "Compute target that stands for the cluster in the workspace.",
    aksCompute.name,
  );
  program.output(
    "registryLoginServer",
    "string",
    "Host name of the container registry.",
    registry.registry.get("properties", "loginServer"),
  );
  program.output("storageAccountName", "string", "Name of the storage account.", storage.account.name);
  program.output("keyVaultUri", "string", "Address of the key vault.", vault.get("properties", "vaultUri"));
  program.output(
    "endpointIdentityId",
    "string",
    "Resource id of the identity that online endpoints use.",
    identities.endpoint.id,
  );
  return customise(program.build(), settings, customisation);
}
