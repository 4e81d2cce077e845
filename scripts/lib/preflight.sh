# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# Names, sizes, zones, quotas and versions, before anything is deployed. What would change is in $scratch/what-if.json.

readonly GLOBAL_NAMES='Microsoft.ContainerRegistry/registries Microsoft.KeyVault/vaults Microsoft.Storage/storageAccounts'

# New resources whose names are one for all of Azure: "type name" lines.
new_global_names() {
  jq -r --arg types "$GLOBAL_NAMES" '
    ($types | split(" ")) as $types
    | .changes[] | select(.changeType == "Create") | .resourceId | split("/providers/") | last | split("/")
    | { type: .[:2] | join("/"), name: .[2], own: (length == 3) }
    | select(.own) | . as $new | $types[] | select(ascii_downcase == ($new.type | ascii_downcase)) | "\(.) \($new.name)"' "$scratch/what-if.json"
}

name_problems() {
  local type name answer version
  new_global_names > "$scratch/names"
  while read -r type name; do
    version=$(jq -r --arg type "$type" '.[$type | ascii_downcase]' "$library/api-versions.json")
    answer=$(arm post "/subscriptions/$subscription/providers/${type%%/*}/checkNameAvailability?api-version=$version" \
      --body "{\"name\":\"$name\",\"type\":\"$type\"}" < /dev/null) || {
      printf 'whether name %s of %s can be had is not known\n' "$name" "$type"
      continue
    }
    jq -r --arg name "$name" --arg type "$type" 'select(.nameAvailable == false) | "name \($name) of \($type) cannot be had: \(.message // .reason)"' <<< "$answer"
  done < "$scratch/names"
}

node_problems() {
  local location=$1
  if ! jq -e 'any(.changes[]; (.changeType == "Create" or .changeType == "Modify") and (.resourceId | test("/managedClusters/"; "i")))' "$scratch/what-if.json" > /dev/null; then return; fi
  if ! { azure vm list-skus --location "$location" --resource-type virtualMachines -o json > "$scratch/skus.json" \
    && azure vm list-usage --location "$location" -o json > "$scratch/usage.json" \
    && azure aks get-versions --location "$location" -o json > "$scratch/versions.json"; }; then
    printf 'what %s offers cannot be read: sizes, usage or versions of Kubernetes\n' "$location"
    return
  fi
  jq -r --arg location "$location" --slurpfile skus "$scratch/skus.json" --slurpfile usage "$scratch/usage.json" \
    --slurpfile versions "$scratch/versions.json" -f "$library/preflight.jq" "$scratch/what-if.json"
}

# True when nothing stands in the way; otherwise every problem is told.
preflight() {
  local location problems="$scratch/preflight"
  location=$(azure group show --name "$resource_group" --query location -o tsv)
  name_problems > "$problems"
  node_problems "$location" >> "$problems"
  if [ -s "$problems" ]; then
    sed 's/^/error: /' "$problems" >&2
    return 1
  fi
  say "names, sizes, zones, quotas and the version of Kubernetes can be had in $location"
}
