import { TOOLS } from "./names.ts";

/**
 * `lib/cluster.sh`: the kubeconfig, and the objects on the cluster. A cluster without local accounts wants kubelogin, a private one
 * wants to be reached through Azure (`az aks command invoke`), which also does when kubelogin is not there.
 */
export const CLUSTER_LIBRARY = `# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# The way to the cluster, and the objects on it.

readonly CLUSTER_ROLE='Azure Kubernetes Service RBAC Cluster Admin'

# configure_cluster CLUSTER ENVIRONMENT COMPONENT...
configure_cluster() {
  local cluster=$1 overlay="overlays/$2" objects=$manifests
  shift 2
  case "$kubeconfig" in /*) ;; *) kubeconfig="$PWD/$kubeconfig" ;; esac
  # az has kubelogin, where it is there, convert what the variable names and not what --file does.
  KUBECONFIG="$kubeconfig" azure aks get-credentials --resource-group "$resource_group" --name "$cluster" --file "$kubeconfig" --overwrite-existing > /dev/null
  say "context $cluster is in $kubeconfig"
  if [ -n "$grant_access" ]; then give_cluster_role "$cluster"; fi
  choose_way "$cluster"
  if [ ! -d "$manifests/$overlay" ]; then
    say "there is no kubernetes/$overlay to apply"
    return
  fi
  if [ $# -gt 0 ]; then
    overlay=$(with_components "$overlay" "$@")
    objects="$scratch/kubernetes"
  fi
  if [ "$way" = kubectl ]; then
    if [ "$(user_of "$cluster")" = kubelogin ]; then sign_in_with_az "$cluster"; fi
    need kubectl ${TOOLS.kubectl} "$(kubectl version --client -o json | jq -r '.clientVersion.gitVersion | ltrimstr("v")')" "https://kubernetes.io/docs/tasks/tools"
    apply_objects "$cluster" "$objects/$overlay"
  else
    invoke_on_cluster "$cluster" "$objects" "kubectl apply --server-side --field-manager quayside -k $overlay"
  fi
}

# Sets \`way\`: kubectl, or invoke, which goes through Azure for who is outside of a private cluster's network or lacks a tool.
choose_way() {
  local access lacks=''
  access=$(azure aks show --resource-group "$resource_group" --name "$1" --query apiServerAccessProfile -o json)
  if ! present kubectl; then
    lacks=kubectl
  elif [ "$(user_of "$1")" = kubelogin ] && ! present kubelogin; then
    lacks=kubelogin
  fi
  way=kubectl
  if jq -e '.disableRunCommand == true' <<< "\${access:-null}" > /dev/null; then
    # Then a private cluster takes objects only from within its network.
    if [ -n "$lacks" ]; then fail "$EXIT_FAILED" "$lacks is not here, and cluster $1 allows no run commands" "install $lacks, or give --skip-kubernetes"; fi
  elif [ -n "$lacks" ]; then
    say "$lacks is not here, so the objects go through Azure: az aks command invoke"
    way=invoke
  elif jq -e '.enablePrivateCluster == true' <<< "\${access:-null}" > /dev/null; then
    way=invoke
  fi
}

# An overlay with components, in a copy of kubernetes/, printed by its path there.
with_components() {
  local overlay=$1 added=overlays/with-components
  shift
  mkdir -p "$scratch/kubernetes/$added"
  cp -R "$manifests/." "$scratch/kubernetes"
  {
    printf '%s\\n' "apiVersion: kustomize.config.k8s.io/v1beta1" "kind: Kustomization" "resources: [../../$overlay]" "components:"
    printf '  - ../../components/%s\\n' "$@"
  } > "$scratch/kubernetes/$added/kustomization.yaml"
  printf '%s' "$added"
}

# Owner may make a cluster but not see into it: Kubernetes has roles of its own in Azure.
give_cluster_role() {
  local oid scope type who
  who=$(caller)
  read -r oid type <<< "$who"
  scope=$(azure aks show --resource-group "$resource_group" --name "$1" --query id -o tsv)
  azure role assignment create --assignee-object-id "$oid" --assignee-principal-type "$type" \\
    --role "$CLUSTER_ROLE" --scope "$scope" > /dev/null
  say "the caller has the role $CLUSTER_ROLE"
}

# kubelogin takes az's own sign-in, so there is no browser and no device code; without a tenant, that of az's default subscription.
sign_in_with_az() {
  local own
  local elsewhere=()
  own=$(azure account show --query tenantId -o tsv)
  if [ "$(az account show --query tenantId -o tsv 2> /dev/null)" != "$own" ]; then elsewhere=(--tenant-id "$own"); fi
  kubelogin convert-kubeconfig --login azurecli --kubeconfig "$kubeconfig" --context "$1" "\${elsewhere[@]+"\${elsewhere[@]}"}"
}

# apply_objects CLUSTER FOLDER
apply_objects() {
  local answer left=30
  until answer=$(kubectl --kubeconfig "$kubeconfig" --context "$1" apply --server-side --field-manager quayside -k "$2" 2>&1); do
    left=$((left - 1))
    # A role that was just given takes minutes to be known everywhere.
    if [ -z "$grant_access" ] || [ "$left" = 0 ] || ! grep -q Forbidden <<< "$answer"; then
      printf '%s\\n' "$answer" >&2
      fail "$EXIT_FAILED" "the cluster did not take $2" "the caller needs the role $CLUSTER_ROLE; --grant-access gives it, --skip-kubernetes leaves the objects out"
    fi
    sleep "$POLL_SECONDS"
  done
  printf '%s\\n' "$answer" | sed 's/^/    /'
}

# The command that signs a user of the kubeconfig in, if it has one.
user_of() {
  kubectl --kubeconfig "$kubeconfig" --context "$1" config view --minify -o 'jsonpath={.users[0].user.exec.command}'
}

# invoke_on_cluster CLUSTER FOLDER COMMAND: runs it in the cluster, beside a copy of the folder.
invoke_on_cluster() {
  local answer
  answer=$(cd "$2" && azure aks command invoke --resource-group "$resource_group" --name "$1" --command "$3" --file . -o json)
  jq -r '.logs // empty' <<< "$answer" | sed 's/^/    /'
  if [ "$(jq -r .exitCode <<< "$answer")" != 0 ]; then
    fail "$EXIT_FAILED" "the cluster did not take kubernetes/ ($3)" "the caller needs the role $CLUSTER_ROLE; --grant-access gives it, --skip-kubernetes leaves the objects out"
  fi
}
`;
