# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# The way to the cluster, and the objects on it.

readonly CLUSTER_ROLE='Azure Kubernetes Service RBAC Cluster Admin' CLUSTER_ROLE_ID=b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b

# configure_cluster CLUSTER ENVIRONMENT
configure_cluster() {
  case "$kubeconfig" in /*) ;; *) kubeconfig="$PWD/$kubeconfig" ;; esac
  # az has kubelogin, where it is there, convert what the variable names and not what --file does.
  KUBECONFIG="$kubeconfig" azure aks get-credentials --resource-group "$resource_group" --name "$1" --file "$kubeconfig" --overwrite-existing > /dev/null
  say "context $1 is in $kubeconfig"
  choose_way "$1"
  if [ ! -d "$manifests/overlays/$2" ]; then
    say "there is no kubernetes/overlays/$2 to apply"
    return
  fi
  compose_objects "$2"
  if [ "$way" = kubectl ]; then
    if [ "$(user_of "$1")" = kubelogin ]; then sign_in_with_az "$1"; fi
    need kubectl 1.28.0 "$(kubectl version --client -o json | jq -r '.clientVersion.gitVersion | ltrimstr("v")')" "https://kubernetes.io/docs/tasks/tools"
  fi
  apply_objects "$1"
}

# roles_held CLUSTER PRINCIPAL: the assignments that give the principal that role on the cluster, if it stands, or above.
roles_held() {
  local id answer
  id=$(azure aks list --resource-group "$resource_group" -o json | jq -r --arg name "$1" '.[] | select(.name == $name) | .id')
  if [ -z "$id" ]; then return; fi
  answer=$(arm get "$id/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&\$filter=principalId%20eq%20'$2'")
  jq -r --arg id "$id/" --arg role "/$CLUSTER_ROLE_ID" '.value[]
    | select((.properties.roleDefinitionId | ascii_downcase | endswith($role))
      and (.properties.scope | ascii_downcase | rtrimstr("/") + "/") as $scope | ($id | ascii_downcase | startswith($scope))) | .id' <<< "$answer"
}

# Sets `way`: kubectl, or invoke, which goes through Azure for who is outside of a private cluster's network or lacks a tool.
choose_way() {
  local access lacks=''
  access=$(azure aks show --resource-group "$resource_group" --name "$1" --query apiServerAccessProfile -o json)
  if ! present kubectl; then
    lacks=kubectl
  elif [ "$(user_of "$1")" = kubelogin ] && ! present kubelogin; then
    lacks=kubelogin
  fi
  way=kubectl
  if jq -e '.disableRunCommand == true' <<< "${access:-null}" > /dev/null; then
    # Then a private cluster takes objects only from within its network.
    if [ -n "$lacks" ]; then fail "$EXIT_FAILED" "$lacks is not here, and cluster $1 allows no run commands" "install $lacks, or give --skip-kubernetes"; fi
  elif [ -n "$lacks" ]; then
    say "$lacks is not here, so the objects go through Azure: az aks command invoke"
    way=invoke
  elif jq -e '.enablePrivateCluster == true' <<< "${access:-null}" > /dev/null; then
    way=invoke
  fi
}

# kubelogin takes az's own sign-in, so there is no browser and no device code; without a tenant, that of az's default subscription.
sign_in_with_az() {
  local own
  local elsewhere=()
  own=$(azure account show --query tenantId -o tsv)
  if [ "$(az account show --query tenantId -o tsv 2> /dev/null)" != "$own" ]; then elsewhere=(--tenant-id "$own"); fi
  kubelogin convert-kubeconfig --login azurecli --kubeconfig "$kubeconfig" --context "$1" "${elsewhere[@]+"${elsewhere[@]}"}"
}

# apply_objects CLUSTER: a role that was just given takes minutes to be known everywhere, and Azure has a pod for a command start within
# 30 seconds or gives up.
apply_objects() {
  local spreads=30 starts=3 hint
  until apply_once "$1" > "$scratch/refusal" 2>&1; do
    hint="see docs/kubernetes.md; --skip-kubernetes leaves the objects out"
    if grep -qi forbidden "$scratch/refusal"; then
      spreads=$((spreads - 1))
      hint="the caller needs the role $CLUSTER_ROLE; --grant-access gives it, --skip-kubernetes leaves the objects out"
      if [ -n "$grant_access" ] && [ "$spreads" -gt 0 ]; then sleep "$POLL_SECONDS" && continue; fi
    elif [ "$way" = invoke ] && grep -qE 'Kubernetes(Performance|Operation)Error' "$scratch/refusal"; then
      starts=$((starts - 1))
      hint="run commands need a pool without taints that has room, as their pod tolerates none (systemNodeTaints, taintStyle); or run this from within the cluster's network, with kubectl and kubelogin"
      if [ "$starts" -gt 0 ]; then sleep "$POLL_SECONDS" && continue; fi
    fi
    show_refusal
    fail "$EXIT_FAILED" "cluster $1 did not take the objects of kubernetes/" "$hint"
  done
  sed 's/^/    /' "$scratch/refusal"
}

# apply_once CLUSTER: through kubectl here, or in the cluster, beside a copy of the folder.
apply_once() {
  local answer
  local apply=(apply --server-side --field-manager quayside -k overlays/as-deployed)
  if [ "$way" = kubectl ]; then
    (cd "$scratch/kubernetes" && kubectl --kubeconfig "$kubeconfig" --context "$1" "${apply[@]}")
    return
  fi
  answer=$(cd "$scratch/kubernetes" &&
    azure aks command invoke --resource-group "$resource_group" --name "$1" --command "kubectl ${apply[*]}" --file . -o json) || return 1
  # A command that never ran has neither logs nor an exit code, and a reason.
  jq -r '.logs // empty, (select(.exitCode == null) | .reason // "the command did not run")' <<< "$answer"
  jq -e '.exitCode == 0' <<< "$answer" > /dev/null
}

# The command that signs a user of the kubeconfig in, if it has one.
user_of() {
  kubectl --kubeconfig "$kubeconfig" --context "$1" config view --minify -o 'jsonpath={.users[0].user.exec.command}'
}
