# shellcheck shell=bash disable=SC2034 # what is set here is read by deploy.sh
# Parameters of the platform as flags and environment variables. Printed from the definition: quayside emit scripts

# Values as E:name=text (environment) and F:name=text (flag), in the order in which they were given.
given=()

# Sets `parameter` to the name that a flag stands for, or to nothing.
parameter_of() {
  case "$1" in
    --location | -l) parameter=location ;;
    --environment-name) parameter=environmentName ;;
    --profile-overrides) parameter=profileOverrides ;;
    --name-suffix) parameter=nameSuffix ;;
    --cluster-name) parameter=clusterName ;;
    --workspace-name) parameter=workspaceName ;;
    --compute-namespace) parameter=computeNamespace ;;
    --tags) parameter=tags ;;
    --kubernetes-version) parameter=kubernetesVersion ;;
    --aks-node-count) parameter=aksNodeCount ;;
    --aks-node-max-count) parameter=aksNodeMaxCount ;;
    --aks-node-vm-size) parameter=aksNodeVmSize ;;
    --system-node-vm-size) parameter=systemNodeVmSize ;;
    --enable-auto-scaling) parameter=enableAutoScaling ;;
    --running-nodes) parameter=runningNodes ;;
    --enable-gpu-nodes) parameter=enableGpuNodes ;;
    --gpu-node-vm-size) parameter=gpuNodeVmSize ;;
    --gpu-node-max-count) parameter=gpuNodeMaxCount ;;
    --enable-spot-nodes) parameter=enableSpotNodes ;;
    --spot-node-vm-size) parameter=spotNodeVmSize ;;
    --spot-node-max-count) parameter=spotNodeMaxCount ;;
    --taint-style) parameter=taintStyle ;;
    --volcano-config-map) parameter=volcanoConfigMap ;;
    --ml-compute-sku) parameter=mlComputeSku ;;
    --ml-compute-max-nodes) parameter=mlComputeMaxNodes ;;
    --virtual-network-prefix) parameter=virtualNetworkPrefix ;;
    --node-subnet-prefix) parameter=nodeSubnetPrefix ;;
    --compute-subnet-prefix) parameter=computeSubnetPrefix ;;
    --private-endpoint-subnet-prefix) parameter=privateEndpointSubnetPrefix ;;
    --ingress-subnet-prefix) parameter=ingressSubnetPrefix ;;
    --api-server-subnet-prefix) parameter=apiServerSubnetPrefix ;;
    --firewall-subnet-prefix) parameter=firewallSubnetPrefix ;;
    --firewall-management-subnet-prefix) parameter=firewallManagementSubnetPrefix ;;
    --allowed-fqdns) parameter=allowedFqdns ;;
    --hub-virtual-network-id) parameter=hubVirtualNetworkId ;;
    --hub-firewall-address) parameter=hubFirewallAddress ;;
    --pod-cidr) parameter=podCidr ;;
    --service-cidr) parameter=serviceCidr ;;
    --dns-service-ip) parameter=dnsServiceIp ;;
    --admin-group-object-id) parameter=adminGroupObjectId ;;
    --api-server-allowed-ranges) parameter=apiServerAllowedRanges ;;
    --operator-object-id) parameter=operatorObjectId ;;
    --operator-type) parameter=operatorType ;;
    --cluster-operator-object-id) parameter=clusterOperatorObjectId ;;
    --cluster-operator-type) parameter=clusterOperatorType ;;
    --deployer-object-id) parameter=deployerObjectId ;;
    --deployer-type) parameter=deployerType ;;
    --github-repository) parameter=githubRepository ;;
    --azure-dev-ops-issuer) parameter=azureDevOpsIssuer ;;
    --azure-dev-ops-subject) parameter=azureDevOpsSubject ;;
    --scoring-host-name) parameter=scoringHostName ;;
    --scoring-tls-secret-name) parameter=scoringTlsSecretName ;;
    --maintenance-day) parameter=maintenanceDay ;;
    --maintenance-time) parameter=maintenanceTime ;;
    --maintenance-utc-offset) parameter=maintenanceUtcOffset ;;
    --registry-replica-location) parameter=registryReplicaLocation ;;
    --ml-registry-name) parameter=mlRegistryName ;;
    --alert-email) parameter=alertEmail ;;
    --endpoint-latency-ms) parameter=endpointLatencyMs ;;
    --budget-scope) parameter=budgetScope ;;
    --budget-start-date) parameter=budgetStartDate ;;
    *) parameter='' ;;
  esac
}

from_variable() {
  if [ -n "$2" ]; then given+=("E:$1=$2"); fi
}

read_environment() {
  from_variable location "${LOCATION:-}"
  from_variable environmentName "${ENVIRONMENT:-}"
  from_variable aksNodeCount "${AKS_NODE_COUNT:-}"
  from_variable aksNodeVmSize "${AKS_NODE_SIZE:-}"
  from_variable enableGpuNodes "${ENABLE_GPU_NODES:-}"
  from_variable mlComputeSku "${ML_COMPUTE_INSTANCE_SIZE:-}"
}

parameter_usage() {
  cat <<'USAGE'
  -l, --location STRING [LOCATION]
      Azure region of every resource. Optional.
  --environment-name STRING [ENVIRONMENT]
      Environment that chooses the profile: sizes, redundancy, retention and protection. One of dev,
      staging, prod. Default dev.
  --profile-overrides OBJECT
      Values to replace in the profile of the environment, by name: logRetentionDays, registrySku
      and so on. Optional.
  --name-suffix STRING
      Ending of the names that must be unique in all of Azure (storage account, vault, registry).
      Optional.
  --cluster-name STRING
      Name of the AKS cluster. Default aks-mlops-cluster.
  --workspace-name STRING
      Name of the Azure Machine Learning workspace. Default mlw-mlops-demo.
  --compute-namespace STRING
      Kubernetes namespace in which training jobs and models run. Default ml-workloads.
  --tags OBJECT
      Tags added to every resource, for instance owner and cost centre. Optional.
  --kubernetes-version STRING
      Kubernetes minor version; AKS chooses the patch, so that a redeployment never undoes a patch
      upgrade. Default 1.35.
  --aks-node-count INT [AKS_NODE_COUNT]
      Nodes of the pool for models and training (mlpool); the least number when autoscaling. From 1
      to 100. Default 3.
  --aks-node-max-count INT
      Nodes that mlpool may grow to when autoscaling; never below aksNodeCount. From 1 to 100.
      Default 10.
  --aks-node-vm-size STRING [AKS_NODE_SIZE]
      Virtual machine size of mlpool; the Azure ML extension needs at least 4 vCPUs and 14 GiB.
      Default Standard_DS3_v2.
  --system-node-vm-size STRING
      Virtual machine size of the pool for the components of the cluster itself. Default
      Standard_D4ds_v5.
  --enable-auto-scaling BOOL
      Let the cluster autoscaler add and remove nodes. Default true.
  --running-nodes OBJECT
      Nodes that pools have now which scale by themselves, such as {"mlpool": 5}: a deployment
      leaves them, and asks for the least of each pool that is not named. quayside up and deploy.sh
      look them up. Optional.
  --enable-gpu-nodes BOOL [ENABLE_GPU_NODES]
      Add a pool of GPU nodes. Default false.
  --gpu-node-vm-size STRING
      Virtual machine size of the GPU pool. Default Standard_NC4as_T4_v3.
  --gpu-node-max-count INT
      Nodes that the GPU pool may grow to from zero; without autoscaling the pool has one node. From
      1 to 20. Default 2.
  --enable-spot-nodes BOOL
      Add a pool of spot nodes, which cost little and may be taken back at any time. Default false.
  --spot-node-vm-size STRING
      Virtual machine size of the spot pool. Default Standard_D4ds_v5.
  --spot-node-max-count INT
      Nodes that the spot pool may grow to from zero; without autoscaling the pool has one node.
      From 1 to 100. Default 4.
  --taint-style STRING
      Taint of mlpool: recipe is workload=ml:NoSchedule, tolerated through settings of the extension
      that Microsoft does not document; amlarc is the one that it does. One of recipe, amlarc.
      Default recipe.
  --volcano-config-map STRING
      ConfigMap in namespace azureml by which Volcano schedules, for instance
      volcano-scheduler-autoscaler of kubernetes/, with which jobs wait for nodes that the
      autoscaler has yet to add; empty for the extension's own, with which a job for an empty pool
      waits for ever. It must exist before the extension names it: quayside up sees to the order,
      everything else takes it with the second deployment. Optional.
  --ml-compute-sku STRING [ML_COMPUTE_INSTANCE_SIZE]
      Virtual machine size of the Azure ML training cluster (cpu-cluster). Default Standard_DS3_v2.
  --ml-compute-max-nodes INT
      Nodes that the training cluster may grow to from zero. From 1 to 100. Default 4.
  --virtual-network-prefix STRING
      Address range of the virtual network. Default 10.40.0.0/16.
  --node-subnet-prefix STRING
      Subnet of the cluster nodes, inside the virtual network. Default 10.40.0.0/22.
  --compute-subnet-prefix STRING
      Subnet of the training cluster, inside the virtual network. Default 10.40.6.0/24.
  --private-endpoint-subnet-prefix STRING
      Subnet of the private endpoints, inside the virtual network; the workspace has one in every
      environment. Default 10.40.5.0/24.
  --ingress-subnet-prefix STRING
      Subnet for front ends of internal load balancers, inside the virtual network; used with
      private networking. Default 10.40.7.0/26.
  --api-server-subnet-prefix STRING
      Subnet of the API server alone, inside the virtual network, at least a /28; used when the API
      server is private. Default 10.40.4.0/28.
  --firewall-subnet-prefix STRING
      Subnet of the firewall alone, inside the virtual network, at least a /26; used when egress is
      firewall. Default 10.40.9.0/26.
  --firewall-management-subnet-prefix STRING
      Subnet through which Azure manages a Basic firewall, inside the virtual network, at least a
      /26. Default 10.40.9.64/26.
  --allowed-fqdns ARRAY
      Further host names that nodes and training clusters may reach through the firewall over HTTPS,
      for instance of a package index; *.example.com stands for all below it. Optional.
  --hub-virtual-network-id STRING
      Resource id of the hub's virtual network, which the platform's is peered with; used when
      egress is hubFirewall. Optional.
  --hub-firewall-address STRING
      Private address of the hub's firewall, to which everything that leaves the network is routed.
      Optional.
  --pod-cidr STRING
      Overlay range of pods, outside the virtual network; every node takes a /24 of it. Default
      192.168.0.0/16.
  --service-cidr STRING
      Range of Kubernetes services, outside the virtual network. Default 172.16.0.0/16.
  --dns-service-ip STRING
      Address of the cluster DNS service, inside serviceCidr and not among its first two. Default
      172.16.0.10.
  --admin-group-object-id STRING
      Object id of a Microsoft Entra group whose members administer the cluster; empty for none.
      Optional.
  --api-server-allowed-ranges ARRAY
      Public address ranges that may reach the API server of the cluster; empty for all. Optional.
  --operator-object-id STRING
      Object id of the person, group or service principal that runs the model pipeline and so
      uploads data and reads models; empty for none. Owner of the subscription is not enough for
      that. Optional.
  --operator-type STRING
      What operatorObjectId is. One of User, Group, ServicePrincipal. Default User.
  --cluster-operator-object-id STRING
      Object id of the person, group or service principal that applies what belongs on the cluster
      (kubernetes/), with a role that sees all of the cluster; empty for none. Owner of the
      subscription is not enough for that. quayside up names its caller. Optional.
  --cluster-operator-type STRING
      What clusterOperatorObjectId is. One of User, Group, ServicePrincipal. Default User.
  --deployer-object-id STRING
      Object id of the principal that deploys the platform from a pipeline; empty for none. An owner
      gives it its roles with the first deployment: it may then give the platform's roles and no
      others. Optional.
  --deployer-type STRING
      What deployerObjectId is. One of User, Group, ServicePrincipal. Default ServicePrincipal.
  --github-repository STRING
      GitHub repository (owner/name) whose workflows of the environment train and release models;
      empty for none. Optional.
  --azure-dev-ops-issuer STRING
      Issuer that the Azure DevOps service connection shows, without a slash that it does not have.
      Optional.
  --azure-dev-ops-subject STRING
      Subject that the Azure DevOps service connection shows, for instance
      sc://organization/project/MLOps-ServiceConnection; empty for none. Optional.
  --scoring-host-name STRING
      Host name in the TLS certificate of the scoring endpoints; empty serves plain HTTP inside the
      network. Optional.
  --scoring-tls-secret-name STRING
      Kubernetes secret in namespace azureml with cert.pem and key.pem for scoringHostName; it must
      exist before the extension is installed. Optional.
  --maintenance-day STRING
      Day of the week on which the cluster may be upgraded by itself. One of Monday, Tuesday,
      Wednesday, Thursday, Friday, Saturday, Sunday. Default Sunday.
  --maintenance-time STRING
      Time of that day from which upgrades may start, for eight hours. Default 01:00.
  --maintenance-utc-offset STRING
      Offset of that time from UTC. Default +00:00.
  --registry-replica-location STRING
      Second region that keeps a copy of the container registry; empty for none. Needs the Premium
      SKU. Optional.
  --ml-registry-name STRING
      Azure ML registry to make, through which models are promoted to workspaces of other
      environments; empty for none. Unique in the tenant. Optional.
  --alert-email STRING
      Address that alerts and the budget write to; empty tells the owners of the subscription.
      Optional.
  --endpoint-latency-ms INT
      Milliseconds within which 95 of 100 predictions should be answered; an alert tells when they
      are not. From 1 to 60000. Default 500.
  --budget-scope STRING
      What the budget is made in: the subscription, filtered by the platform's groups, that of the
      nodes among them; or the resource group, which is for those who may write nowhere else and
      does not see the nodes. One of subscription, resourceGroup. Default subscription.
  --budget-start-date STRING
      First day of the month in which the budget starts, for instance 2027-01-01; empty for no
      budget. Azure never lets it be changed. Optional.
USAGE
}
