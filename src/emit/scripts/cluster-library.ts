import { TOOLS } from "./names.ts";

/**
 * `lib/cluster.sh`: the kubeconfig, and the objects on the cluster. A cluster without local accounts wants kubelogin, a private one
 * wants to be reached through Azure (`az aks command invoke`), which also does when kubelogin is not there.
 */
export const CLUSTER_LIBRARY = `# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# The way to the cluster, and the objects on it.

# configure_cluster CLUSTER ENVIRONMENT
configure_cluster() {
  local cluster=$1 overlay="overlays/$2" way=kubectl private
  azure aks get-credentials --resource-group "$resource_group" --name "$cluster" --file "$kubeconfig" --overwrite-existing > /dev/null
  say "context $cluster is in $kubeconfig"
  private=$(azure aks show --resource-group "$resource_group" --name "$cluster" --query 'apiServerAccessProfile.enablePrivateCluster' -o tsv)
  if [ "$private" = true ] || ! present kubectl; then
    way=invoke
  elif [ "$(user_of "$cluster")" = kubelogin ]; then
    # A cluster without local accounts: az's own sign-in serves, with no browser and no device code.
    if present kubelogin; then kubelogin convert-kubeconfig --login azurecli --kubeconfig "$kubeconfig" --context "$cluster"; else way=invoke; fi
  fi
  if [ ! -d "$manifests/$overlay" ]; then
    say "there is no kubernetes/$overlay to apply"
  elif [ "$way" = kubectl ]; then
    need kubectl ${TOOLS.kubectl} "$(kubectl version --client -o json | jq -r '.clientVersion.gitVersion | ltrimstr("v")')" "https://kubernetes.io/docs/tasks/tools"
    kubectl --kubeconfig "$kubeconfig" --context "$cluster" apply --server-side --field-manager quayside -k "$manifests/$overlay" | sed 's/^/    /'
  else
    invoke_on_cluster "$cluster" "kubectl apply --server-side --field-manager quayside -k $overlay"
  fi
}

# The command that signs a user of the kubeconfig in, if it has one.
user_of() {
  kubectl --kubeconfig "$kubeconfig" --context "$1" config view --minify -o 'jsonpath={.users[0].user.exec.command}'
}

# Runs a command in the cluster, beside a copy of kubernetes/.
invoke_on_cluster() {
  local answer
  answer=$(cd "$manifests" && azure aks command invoke --resource-group "$resource_group" --name "$1" --command "$2" --file . -o json)
  jq -r '.logs // empty' <<< "$answer" | sed 's/^/    /'
  if [ "$(jq -r .exitCode <<< "$answer")" != 0 ]; then
    fail "$EXIT_FAILED" "the cluster did not take kubernetes/ ($2)" "the caller needs the role Azure Kubernetes Service RBAC Cluster Admin"
  fi
}
`;
