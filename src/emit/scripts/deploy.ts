import type { Program } from "../../ir/index.ts";
import { GRANT_ACCESS, GRANT_USAGE, KEEP_NODES, TELL_OPERATOR } from "./found-parameters.ts";
import { DEPLOYMENT, LOCATION, OWNER_TAG, RESOURCE_GROUP } from "./names.ts";

/** `deploy.sh`. The runner of the pipeline needs data roles of its own, so it is told to the template where that asks. */
export function deployScript(program: Program): string {
  const names = new Set(program.parameters.map(({ name }) => name));
  const tellsOperator = names.has("operatorObjectId") && names.has("operatorType");
  const grantsAccess = names.has("clusterOperatorObjectId") && names.has("clusterOperatorType") && names.has("clusterName");
  const keepsNodes = names.has("runningNodes") && names.has("clusterName");
  return `#!/usr/bin/env bash
# Deploys the platform to a resource group with az. Printed from the definition: quayside emit scripts

set -eEuo pipefail

here=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)
readonly here library="$here/lib" template="$here/../bicep/main.json" manifests="$here/../kubernetes"
readonly deployment=${DEPLOYMENT}

# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$library/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/azure.sh
. "$library/azure.sh"
# shellcheck source-path=SCRIPTDIR source=lib/parameters.sh
. "$library/parameters.sh"
# shellcheck source-path=SCRIPTDIR source=lib/preflight.sh
. "$library/preflight.sh"
# shellcheck source-path=SCRIPTDIR source=lib/verify.sh
. "$library/verify.sh"
# shellcheck source-path=SCRIPTDIR source=lib/objects.sh
. "$library/objects.sh"
# shellcheck source-path=SCRIPTDIR source=lib/cluster.sh
. "$library/cluster.sh"

resource_group="\${RESOURCE_GROUP:-${RESOURCE_GROUP}}"
parameters_file=''
# Where there are several, az writes to the first.
kubeconfig="\${KUBECONFIG:-\${HOME:-}/.kube/config}"
kubeconfig="\${kubeconfig%%:*}"
skip_kubernetes=''
grant_access=''
only_what_if=''
yes=''
made_group=''

usage() {
  cat <<'USAGE'
Usage: deploy.sh [flags]

Deploys the platform: checks tools, sign-in and parameters, registers resource providers, makes the resource group, shows
what would change and asks, deploys bicep/main.json, writes the kubeconfig, applies kubernetes/ and reads everything back.
It may be run again at any time: what is as it should be stays as it is.

  -g, --resource-group NAME [RESOURCE_GROUP]
      Resource group. Default ${RESOURCE_GROUP}.
  --subscription ID [AZURE_SUBSCRIPTION_ID]
      Subscription. Required.
  --tenant ID [AZURE_TENANT_ID]
      Tenant that the subscription must belong to. Optional.
  -p, --parameters FILE
      ARM parameters file; wins over environment variables. bicep/parameters.<environment>.json, or else
      bicep/parameters.json, is read below both.
  --kubeconfig FILE [KUBECONFIG]
      File to add the cluster's context to. Default ~/.kube/config.
${grantsAccess ? GRANT_USAGE : ""}  --skip-kubernetes
      Neither write a kubeconfig nor apply kubernetes/.
  --what-if
      Show what would change and stop.
  -y, --yes
      Do not ask.
  -h, --help
      This text.

Parameters:
USAGE
  parameter_usage
  cat <<'USAGE'

Endings: 0 done, 1 failed, 2 usage, 3 parameters are wrong, 4 verification failed, 5 declined, 130 interrupted.
USAGE
}

read_flags() {
  local flag value
  while [ $# -gt 0 ]; do
    flag=$1
    case "$flag" in
      --*=*)
        value=\${flag#*=}
        flag=\${flag%%=*}
        shift
        set -- "$flag" "$value" "$@"
        ;;
    esac
    case "$flag" in
      -g | --resource-group) takes_value "$flag" $# && resource_group=$2 && shift 2 ;;
      --subscription) takes_value "$flag" $# && subscription=$2 && shift 2 ;;
      --tenant) takes_value "$flag" $# && tenant=$2 && shift 2 ;;
      -p | --parameters) takes_value "$flag" $# && parameters_file=$2 && shift 2 ;;
      --kubeconfig) takes_value "$flag" $# && kubeconfig=$2 && shift 2 ;;
${grantsAccess ? "      --grant-access) grant_access=yes && shift ;;\n" : ""}      --skip-kubernetes) skip_kubernetes=yes && shift ;;
      --what-if) only_what_if=yes && shift ;;
      -y | --yes) yes=yes && shift ;;
      -h | --help)
        usage
        exit 0
        ;;
      *)
        parameter_of "$flag"
        if [ -z "$parameter" ]; then fail "$EXIT_USAGE" "there is no flag $flag" "see --help"; fi
        takes_value "$flag" $#
        given+=("F:$parameter=$2")
        shift 2
        ;;
    esac
  done
}

# The file that belongs to the environment, below environment variables and flags.
base_file() {
  local environment="\${ENVIRONMENT:-}" item
  if [ -n "$parameters_file" ]; then
    environment=$(jq -r --arg usual "$environment" '.parameters.environmentName.value // $usual' "$parameters_file" 2> /dev/null ||
      printf '%s' "$environment")
  fi
  for item in "\${given[@]+"\${given[@]}"}"; do
    case "$item" in F:environmentName=*) environment=\${item#*=} ;; esac
  done
  if [ -n "$environment" ] && [ -f "$here/../bicep/parameters.$environment.json" ]; then
    printf '%s' "$here/../bicep/parameters.$environment.json"
  else
    printf '%s' "$here/../bicep/parameters.json"
  fi
}

# Everything that was given, checked against the declarations, as one file for az.
collect_parameters() {
  local base file="\${parameters_file:-$scratch/none.json}" all="$scratch/all.json" each twice
  printf '{"parameters":{}}' > "$scratch/none.json"
  base=$(base_file)
  if [ ! -f "$base" ]; then base="$scratch/none.json"; fi
  for each in "$base" "$file"; do
    if ! jq -es 'length == 1 and (.[0] | type == "object" and (.parameters | type == "object"))' "$each" > /dev/null 2>&1; then
      fail "$EXIT_PARAMETERS" "$each is not a parameters file" "see bicep/parameters.json"
    fi
    # jq lets the last one win: what is written and not read was given again.
    jq --stream -r 'select(length == 2)[0] | map(tostring) | join(".")' "$each" | LC_ALL=C sort > "$scratch/written"
    jq -r 'tostream | select(length == 2)[0] | map(tostring) | join(".")' "$each" | LC_ALL=C sort > "$scratch/understood"
    twice=$(LC_ALL=C comm -23 "$scratch/written" "$scratch/understood" | sed -n 1p)
    if [ -n "$twice" ]; then fail "$EXIT_PARAMETERS" "$each gives $twice twice" "leave one of them"; fi
  done
  jq -n --slurpfile declared "$library/parameters.json" --slurpfile base "$base" --slurpfile file "$file" \\
    -f "$library/parameters.jq" --args "\${given[@]+"\${given[@]}"}" > "$all"
  if [ "$(jq '.problems | length' "$all")" != 0 ]; then
    jq -r '.problems[] | "error: parameter \\(.)"' "$all" >&2
    exit "$EXIT_PARAMETERS"
  fi
  jq .parameters "$all" > "$scratch/parameters.json"
}
${tellsOperator ? TELL_OPERATOR : ""}${grantsAccess ? GRANT_ACCESS : ""}${keepsNodes ? KEEP_NODES : ""}
# The group and everything in it belong to Quayside; one that was made for nothing goes again.
ensure_group() {
  local location
  if group_exists; then
    require_own_group "name another one, or hand it over: az group update --name $resource_group --set tags.${OWNER_TAG.name}=${OWNER_TAG.value}"
    say "resource group $resource_group is there"
    return
  fi
  location=$(jq -r '.parameters.location.value // "${LOCATION}"' "$scratch/parameters.json")
  azure group create --name "$resource_group" --location "$location" --tags ${OWNER_TAG.name}=${OWNER_TAG.value} > /dev/null
  made_group=yes
  say "made resource group $resource_group in $location"
}

discard_group() {
  if [ -n "$made_group" ]; then
    azure group delete --name "$resource_group" --yes
    say "removed resource group $resource_group again"
  fi
}

show_what_if() {
  if ! azure deployment group what-if --resource-group "$resource_group" --name "$deployment" --template-file "$template" \\
    --parameters "@$scratch/parameters.json" --no-pretty-print > "$scratch/what-if.json" 2> "$scratch/refusal"; then
    show_refusal
    discard_group
    fail "$EXIT_FAILED" "Azure refuses the deployment" "nothing was changed"
  fi
  jq -r -f "$library/what-if.jq" "$scratch/what-if.json"
}

# Operations that have ended since the last look, one line each.
show_progress() {
  azure deployment operation group list --resource-group "$resource_group" --name "$deployment" \\
    --query "[?properties.provisioningOperation=='Create' && properties.provisioningState!='Running' && properties.targetResource.resourceType].join('  ', [properties.provisioningState, properties.targetResource.resourceType, properties.targetResource.resourceName])" \\
    -o tsv > "$scratch/ended" || return 0
  LC_ALL=C sort -u "$scratch/ended" > "$scratch/ended.sorted"
  touch "$scratch/shown"
  LC_ALL=C comm -13 "$scratch/shown" "$scratch/ended.sorted" | sed 's/^/    /'
  mv "$scratch/ended.sorted" "$scratch/shown"
}

deploy() {
  local state=Accepted unread=0
  if ! azure deployment group create --resource-group "$resource_group" --name "$deployment" --template-file "$template" \\
    --parameters "@$scratch/parameters.json" --no-wait > /dev/null 2> "$scratch/refusal"; then
    show_refusal
    fail "$EXIT_FAILED" "Azure refuses the deployment" "mend what it says and run this again"
  fi
  said_when_stopped="the deployment goes on in Azure; stop it with: az deployment group cancel --resource-group $resource_group --name $deployment"
  while :; do
    if state=$(azure deployment group show --resource-group "$resource_group" --name "$deployment" \\
      --query properties.provisioningState -o tsv 2> "$scratch/refusal"); then
      unread=0
    else
      # The network or Azure may fail for a while; the deployment does not end with them.
      unread=$((unread + 1))
      if [ "$unread" = 6 ]; then
        show_refusal
        fail "$EXIT_FAILED" "deployment $deployment of $resource_group cannot be read" "$said_when_stopped"
      fi
    fi
    show_progress
    case "$state" in
      Succeeded) break ;;
      Failed | Canceled)
        said_when_stopped=''
        azure deployment group show --resource-group "$resource_group" --name "$deployment" --query properties.error -o json >&2
        fail "$EXIT_FAILED" "deployment $deployment of $resource_group: $state" "mend what it says and run this again; what is done stays done"
        ;;
    esac
    sleep "$POLL_SECONDS"
  done
  said_when_stopped=''
}

# The value of a parameter, given or by default.
value_of() {
  jq -r --arg name "$1" --slurpfile declared "$library/parameters.json" \\
    '[.parameters[$name].value, $declared[0][$name].default] | map(select(. != null)) | first | if . == null then empty else . end' \\
    "$scratch/parameters.json"
}

output_of() {
  azure deployment group show --resource-group "$resource_group" --name "$deployment" --query "properties.outputs.$1.value" -o tsv
}

main() {
  read_flags "$@"
  prepare
  readonly grant_access skip_kubernetes
  require_group_name
  # Whatever the person wrote is checked before anything is made.
  require_tools
  read_environment
  collect_parameters
  if [ ! -f "$template" ]; then fail "$EXIT_FAILED" "bicep/main.json is not beside scripts/" "quayside emit arm"; fi
  step "sign-in"
  require_sign_in
${tellsOperator ? "  tell_operator\n  collect_parameters\n" : ""}  step "resource group"
  ensure_group
  step "resource providers"
  register_providers
${grantsAccess ? '  if [ -n "$grant_access" ]; then give_cluster_role; fi\n' : ""}${keepsNodes ? "  keep_nodes\n" : ""}  collect_parameters
  step "what would change"
  show_what_if
  step "preflight"
  preflight
  if [ -s "$scratch/preflight" ]; then
    discard_group
    fail "$EXIT_FAILED" "Azure would refuse the deployment later" "choose other names, sizes or regions, have the quotas raised, or leave out what needs them; nothing was changed"
  fi
  if [ -n "$only_what_if" ]; then
    discard_group
    exit 0
  fi
  if [ -z "$yes" ] && ! confirm "deploy this to $resource_group?"; then
    discard_group
    fail "$EXIT_DECLINED" "nothing was deployed" "answer yes, or give --yes"
  fi
  step "deployment"
  deploy
  if [ -z "$skip_kubernetes" ]; then
    step "cluster"
    configure_cluster "$(output_of clusterName)" "$(value_of environmentName)"
  fi
  step "verification"
  verify "$deployment"
  step "outputs"
  azure deployment group show --resource-group "$resource_group" --name "$deployment" \\
    --query properties.outputs -o json | jq -r 'to_entries[] | "    \\(.key) = \\(.value.value)"'
}

main "$@"
`;
}
