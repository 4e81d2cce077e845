import { ROLES } from "../../azure/index.ts";

/** What `deploy.sh` finds out by itself and gives as parameters: who runs it, their role on the cluster, the nodes that run. */

export const TELL_OPERATOR = `
# Whoever runs the model pipeline needs data roles of its own, which Owner does not bring; unless told otherwise, the caller.
tell_operator() {
  local oid type who
  if is_named operatorObjectId; then return; fi
  if ! who=$(caller) || [ -z "$who" ]; then
    warn "the caller's object id cannot be read; give --operator-object-id for the roles of the model pipeline"
    return
  fi
  read -r oid type <<< "$who"
  given+=("F:operatorObjectId=$oid" "F:operatorType=$type")
}

# True when a flag or the person's own file has a parameter, be it as empty, or the file of the environment has it as something.
is_named() {
  local item
  for item in "\${given[@]+"\${given[@]}"}"; do
    case "$item" in "F:$1="*) return 0 ;; esac
  done
  jq -e --arg name "$1" --slurpfile own "\${parameters_file:-$scratch/none.json}" \\
    '($own[0].parameters | has($name)) or (.parameters[$name] | .value // .reference // "" | . != "")' "$scratch/parameters.json" > /dev/null
}
`;

export const GRANT_USAGE = `  --grant-access
      Name the caller as clusterOperatorObjectId: the deployment then gives them the role ${ROLES.aksRbacClusterAdmin.name}
      on the cluster, which applying kubernetes/ needs, unless they have it already.
`;

export const GRANT_ACCESS = `
# Owner may make a cluster but not see into it: Kubernetes has roles of its own in Azure. The deployment gives it, by the name that
# every other way of deploying gives it by; Azure takes the same role on the same cluster once, so one that is held by another stays.
give_cluster_role() {
  local oid type who held named
  who=$(caller)
  if [ -z "$who" ]; then
    discard_group
    fail "$EXIT_FAILED" "the caller's object id cannot be read" "give --cluster-operator-object-id instead of --grant-access"
  fi
  read -r oid type <<< "$who"
  named=$(value_of clusterOperatorObjectId)
  if [ -n "$named" ] && [ "$(tr '[:upper:]' '[:lower:]' <<< "$named")" != "$oid" ]; then
    discard_group
    fail "$EXIT_USAGE" "--grant-access is for the caller ($oid), and clusterOperatorObjectId is $named" "leave one of them out"
  fi
  if [ -z "$made_group" ]; then
    held=$(roles_held "$(value_of clusterName)" "$oid")
    if [ -n "$held" ]; then
      say "the caller has the role $CLUSTER_ROLE already"
      given+=("F:clusterOperatorObjectId=")
      return
    fi
  fi
  given+=("F:clusterOperatorObjectId=$oid" "F:clusterOperatorType=$type")
  say "the deployment gives the caller the role $CLUSTER_ROLE"
}
`;

export const KEEP_NODES = `
# Pools that scale by themselves keep their nodes; a deployment would ask for the least otherwise.
keep_nodes() {
  local running
  if [ -n "$made_group" ] || [ "$(jq '.parameters.runningNodes.value // {} | length' "$scratch/parameters.json")" != 0 ]; then return; fi
  running=$(azure aks list --resource-group "$resource_group" -o json | jq -c --arg cluster "$(value_of clusterName)" '
    [.[] | select(.name == $cluster) | .agentPoolProfiles[]? | select(.enableAutoScaling) | { key: .name, value: .count }] | from_entries')
  if [ "$running" = '{}' ]; then return; fi
  given+=("F:runningNodes=$running")
  say "pools keep their nodes: $(jq -r 'to_entries | map("\\(.key) \\(.value)") | join(", ")' <<< "$running")"
}
`;
