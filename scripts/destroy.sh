#!/usr/bin/env bash
# Removes the platform and its resource group with az. Printed from the definition: quayside emit scripts

set -eEuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here library="$here/lib"
readonly BUDGETS='api-version=2024-08-01'
readonly BACKUPS='api-version=2025-01-01'
readonly MACHINE_LEARNING='api-version=2026-05-01' EXTENSIONS='api-version=2025-03-01'

# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$library/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/azure.sh
. "$library/azure.sh"

resource_group="${RESOURCE_GROUP:-rg-mlops-pipeline}"
purge=''
remove_locks=''
yes=''

usage() {
  cat <<'USAGE'
Usage: destroy.sh [flags]

Removes everything that deploy.sh made, in the order that lets go of it: backups, endpoints, computes (AKS is detached),
cluster extensions, the workspace, then the resource group. A resource group without the tag managedBy=quayside is refused.

  -g, --resource-group NAME [RESOURCE_GROUP]
      Resource group. Default rg-mlops-pipeline.
  --subscription ID [AZURE_SUBSCRIPTION_ID]
      Subscription. Required.
  --tenant ID [AZURE_TENANT_ID]
      Tenant that the subscription must belong to. Optional.
  --purge
      Also purge what Azure would keep as soft-deleted: the Azure ML workspace (14 days), the Log Analytics workspace (14
      days) and key vaults without purge protection. Their data is gone for good, and their names are free.
  --remove-locks
      Remove locks in the resource group; without it a lock stops the removal before anything is touched.
  -y, --yes
      Do not ask.
  -h, --help
      This text.

Endings: 0 done, 1 failed, 2 usage, 5 declined, 130 interrupted.
USAGE
}

read_flags() {
  local flag value
  while [ $# -gt 0 ]; do
    flag=$1
    case "$flag" in
      --*=*)
        value=${flag#*=}
        flag=${flag%%=*}
        shift
        set -- "$flag" "$value" "$@"
        ;;
    esac
    case "$flag" in
      -g | --resource-group) takes_value "$flag" $# && resource_group=$2 && shift 2 ;;
      --subscription) takes_value "$flag" $# && subscription=$2 && shift 2 ;;
      --tenant) takes_value "$flag" $# && tenant=$2 && shift 2 ;;
      --purge) purge=yes && shift ;;
      --remove-locks) remove_locks=yes && shift ;;
      -y | --yes) yes=yes && shift ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) fail "$EXIT_USAGE" "there is no flag $flag" "see --help" ;;
    esac
  done
}

# remove ID QUERY: deletes, and waits until Azure no longer knows it.
remove() {
  local what=${1##*/providers/} answer left=360
  # ResourceNotFound here means that somebody else was faster.
  if ! answer=$(arm delete "$1?$2" 2>&1) && ! is_gone "$answer"; then fail "$EXIT_FAILED" "$what cannot be removed: $answer"; fi
  while answer=$(arm get "$1?${2%%&*}" 2>&1); do
    if [ "$(jq -r '.properties.provisioningState? // empty' <<< "$answer")" = Failed ]; then
      fail "$EXIT_FAILED" "$what cannot be removed; it is Failed" "see why: az resource show --ids $1"
    fi
    left=$((left - 1))
    if [ "$left" = 0 ]; then fail "$EXIT_FAILED" "$what is still there" "run this again later"; fi
    sleep "$POLL_SECONDS"
  done
  if ! is_gone "$answer"; then fail "$EXIT_FAILED" "$what cannot be read: $answer"; fi
  say "removed $what"
}

is_gone() { grep -qE 'NotFound|could not be found|Not Found' <<< "$1"; }

# remove_each COLLECTION-ID API-VERSION [more of the query] [jq filter]. The list is read first: in a `for` its failure would go unseen.
remove_each() {
  local ids id
  ids=$(arm get "$1?$2" -o json | jq -r ".value[] | ${4:-.} | .id")
  for id in $ids; do remove "$id" "$2${3:-}"; done
}

refuse_locks() {
  local locks
  locks=$(azure lock list --resource-group "$resource_group" --query '[].id' -o tsv)
  if [ -z "$locks" ]; then return; fi
  if [ -z "$remove_locks" ]; then
    fail "$EXIT_FAILED" "$resource_group is locked: $(printf '%s' "$locks" | sed 's|.*/providers/||' | paste -sd ' ' -)" "take the locks away, or give --remove-locks"
  fi
  while read -r lock; do
    azure lock delete --ids "$lock" < /dev/null
    say "removed lock ${lock##*/}"
  done <<< "$locks"
}

# What the subscription holds for the group. Who may not read there has made none there.
remove_budgets() {
  local answer ids id group
  group=$(printf '%s' "$resource_group" | tr '[:upper:]' '[:lower:]')
  if ! answer=$(arm get "/subscriptions/$subscription/providers/Microsoft.Consumption/budgets?$BUDGETS" -o json 2>&1); then
    if grep -q AuthorizationFailed <<< "$answer"; then return; fi
    fail "$EXIT_FAILED" "the budgets of the subscription cannot be read: $answer"
  fi
  ids=$(jq -r --arg group "$group" '.value[] | select((.name | startswith("budget-mlops-"))
    and any(.properties.filter.dimensions.values[]?; ascii_downcase == $group)) | .id' <<< "$answer")
  for id in $ids; do remove "$id" "$BUDGETS"; done
}

# A vault with backups in it holds its group; the extension deletes them, so the cluster goes later.
end_backups() {
  local vaults vault
  vaults=$(resource_ids Microsoft.DataProtection/backupVaults)
  for vault in $vaults; do remove_each "$vault/backupInstances" "$BACKUPS"; done
}

# What hangs off a workspace: endpoints use computes, and an attached compute holds the cluster.
remove_workspaces() {
  local workspaces workspace
  workspaces=$(resource_ids Microsoft.MachineLearningServices/workspaces)
  for workspace in $workspaces; do
    remove_each "$workspace/onlineEndpoints" "$MACHINE_LEARNING"
    remove_each "$workspace/computes" "$MACHINE_LEARNING" '&underlyingResourceAction=Detach' 'select(.properties.isAttachedCompute == true)'
    remove_each "$workspace/computes" "$MACHINE_LEARNING" '&underlyingResourceAction=Delete'
  done
}

remove_extensions() {
  local clusters cluster
  clusters=$(resource_ids Microsoft.ContainerService/managedClusters)
  for cluster in $clusters; do
    remove_each "$cluster/providers/Microsoft.KubernetesConfiguration/extensions" "$EXTENSIONS"
  done
}

# Deleted with its group, a workspace would stay soft-deleted and keep its name.
purge_workspaces() {
  local ids id
  ids=$(resource_ids Microsoft.MachineLearningServices/workspaces)
  for id in $ids; do remove "$id" "$MACHINE_LEARNING&forceToPurge=true"; done
  ids=$(resource_ids Microsoft.OperationalInsights/workspaces)
  for id in $ids; do
    azure monitor log-analytics workspace delete --resource-group "$resource_group" --workspace-name "${id##*/}" --force --yes
    say "removed ${id##*/providers/}"
  done
}

# Vaults that the group left behind, those of an earlier removal included.
purge_vaults() {
  local name location protected
  azure keyvault list-deleted --resource-type vault -o json |
    jq -r --arg group "/resourcegroups/$(printf '%s' "$resource_group" | tr '[:upper:]' '[:lower:]')/" '
      .[] | select((.properties.vaultId | ascii_downcase | contains($group)) and .properties.tags.managedBy == "quayside")
      | [.name, .properties.location, (.properties.purgeProtectionEnabled // false)] | @tsv' > "$scratch/vaults"
  while IFS=$'\t' read -r name location protected; do
    if [ "$protected" = true ]; then
      warn "vault $name has purge protection; it stays recoverable until Azure lets go of it"
    else
      azure keyvault purge --name "$name" --location "$location" < /dev/null > /dev/null
      say "purged vault $name"
    fi
  done < "$scratch/vaults"
}

main() {
  read_flags "$@"
  prepare
  require_group_name
  require_tools
  step "sign-in"
  require_sign_in
  step "resource group"
  if group_exists; then
    require_own_group "delete it with az group delete if that is what you want"
    say "$(azure resource list --resource-group "$resource_group" --query 'length(@)' -o tsv) resources in $resource_group"
    if [ -z "$yes" ] && ! confirm "remove $resource_group and everything in it?"; then
      fail "$EXIT_DECLINED" "nothing was removed" "answer yes, or give --yes"
    fi
    refuse_locks
    step "what holds something else"
    said_when_stopped="what is left can be removed by running this again"
    remove_budgets
    end_backups
    remove_workspaces
    remove_extensions
    if [ -n "$purge" ]; then purge_workspaces; fi
    step "everything else"
    azure group delete --name "$resource_group" --yes
    if group_exists; then fail "$EXIT_FAILED" "$resource_group is still there" "run this again"; fi
    say "removed resource group $resource_group"
  else
    say "$resource_group is not there"
  fi
  if [ -n "$purge" ]; then
    step "soft-deleted vaults"
    purge_vaults
  fi
}

main "$@"
