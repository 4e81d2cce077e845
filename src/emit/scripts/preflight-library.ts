import { SHARED_QUOTAS } from "../../azure/index.ts";

/** `lib/preflight.jq`: what the region and the subscription have for the node pools that a deployment makes or grows. */
export const PREFLIGHT_JQ = String.raw`# From the answer of az deployment group what-if, with $location and what Azure offers there ($skus, $usage, $versions): one
# line for each thing that Azure would refuse minutes into the deployment.

def changed: .changes[] | select(.changeType == "Create" or .changeType == "Modify");
def is($type): .resourceId | ascii_downcase | test("/providers/microsoft\\.containerservice/" + $type + "$");

# Node pools, those within a cluster's body and those of their own, with what they were before.
def pools:
  changed
  | .before.properties as $before
  | if is("managedclusters/[^/]+") then
      .after.properties.agentPoolProfiles[]?
      | { name, wanted: ., before: (.name as $name | [$before.agentPoolProfiles[]? | select(.name == $name)] | first) }
    elif is("managedclusters/[^/]+/agentpools/[^/]+") then
      { name: (.resourceId | split("/") | last), wanted: .after.properties, before: $before }
    else empty end
  | { name,
      size: .wanted.vmSize,
      zones: (.wanted.availabilityZones // []),
      spot: (.wanted.scaleSetPriority == "Spot"),
      nodes: ([(.wanted.count // 0) - (.before.count // 0), 0] | max) };

def sku: ascii_downcase as $size | first($skus[0][] | select((.name | ascii_downcase) == $size)) // null;
def vcpus: [.capabilities[] | select(.name == "vCPUs") | .value | tonumber] | first // 0;

def offers:
  (.size | sku) as $sku
  | if $sku == null then "\(.size) of pool \(.name) is not offered in \($location)"
    elif any($sku.restrictions[]?; .type == "Location") then
      "\(.size) of pool \(.name) is not open to this subscription in \($location) (\($sku.restrictions[0].reasonCode))"
    else
      ([$sku.locationInfo[]?.zones[]?] - [$sku.restrictions[]? | select(.type == "Zone") | .restrictionInfo.zones[]?]) as $zones
      | (.zones - $zones) as $missing
      | if $missing == [] then empty
        else "\(.size) of pool \(.name) is not in zone \($missing | join(", ")) of \($location)" end
    end;

# Spot nodes have a quota of their own, the others one for each family and one for all.
def quotas:
  [ .[] | . as $pool | (.size | sku) | select(. != null)
    | { vcpus: (vcpus * $pool.nodes), name: $pool.name }
      + ({ of: (if $pool.spot then ["${SHARED_QUOTAS.spot["Microsoft.Compute"]}"] else ["${SHARED_QUOTAS.regional["Microsoft.Compute"]}", .family] end | .[]) }) ]
  | group_by(.of)[]
  | { of: .[0].of, wanted: (map(.vcpus) | add), names: (map(.name) | unique | join(", ")) }
  | . as $need
  | ($usage[0][] | select((.name.value | ascii_downcase) == ($need.of | ascii_downcase)))
  | ((.limit | tonumber) - (.currentValue | tonumber)) as $left
  | select($need.wanted > $left)
  | "quota \($need.of) has \($left) vCPUs left in \($location), and \($need.names) need \($need.wanted)";

def kubernetes:
  [$versions[0].values[]? | .version, (.patchVersions // {} | keys[])] as $offered
  | changed | select(is("managedclusters/[^/]+")) | .after.properties.kubernetesVersion
  | . as $wanted | select($wanted != null and (any($offered[]; . == $wanted) | not))
  | "Kubernetes \(.) is not offered in \($location); it has \([$versions[0].values[]?.version] | sort | join(", "))";

[pools] as $pools | ($pools[] | offers), ($pools | quotas), kubernetes
`;

/** Types whose names are one for all of Azure. */
const GLOBAL_NAMES = ["Microsoft.ContainerRegistry/registries", "Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts"];

/** `lib/preflight.sh`: what Azure would refuse late is asked beforehand. */
export const PREFLIGHT_LIBRARY = `# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# Names, sizes, zones, quotas and versions, before anything is deployed. What would change is in $scratch/what-if.json.

readonly GLOBAL_NAMES='${GLOBAL_NAMES.join(" ")}'

# New resources whose names are one for all of Azure: "type name" lines.
new_global_names() {
  jq -r --arg types "$GLOBAL_NAMES" '
    ($types | split(" ")) as $types
    | .changes[] | select(.changeType == "Create") | .resourceId | split("/providers/") | last | split("/")
    | { type: .[:2] | join("/"), name: .[2], own: (length == 3) }
    | select(.own) | . as $new | $types[] | select(ascii_downcase == ($new.type | ascii_downcase)) | "\\(.) \\($new.name)"' "$scratch/what-if.json"
}

# not_checked WHAT: whoever may deploy may not always read what is asked here, and the deployment itself tells.
not_checked() {
  unchecked=yes
  warn "$1 could not be checked beforehand: $(tr '\\n' ' ' < "$scratch/refusal" | cut -c1-300)"
}

# foresees CONDITION: whether a change is such.
foresees() {
  local answer
  answer=$(jq "any(.changes[]; $1)" "$scratch/what-if.json") || fail "$EXIT_FAILED" "what would change cannot be read" "nothing was deployed"
  [ "$answer" = true ]
}

name_problems() {
  local type name answer version
  new_global_names > "$scratch/names"
  while read -r type name; do
    version=$(jq -r --arg type "$type" '.[$type | ascii_downcase]' "$library/api-versions.json")
    answer=$(arm post "/subscriptions/$subscription/providers/\${type%%/*}/checkNameAvailability?api-version=$version" \\
      --body "{\\"name\\":\\"$name\\",\\"type\\":\\"$type\\"}" < /dev/null 2> "$scratch/refusal") || {
      not_checked "name $name of $type"
      continue
    }
    jq -r --arg name "$name" --arg type "$type" \\
      'select(.nameAvailable == false) | "name \\($name) of \\($type) cannot be had: \\(.message // .reason)"' <<< "$answer" 2> "$scratch/refusal" ||
      not_checked "name $name of $type"
  done < "$scratch/names"
}

node_problems() {
  local location=$1
  if ! foresees '(.changeType == "Create" or .changeType == "Modify") and (.resourceId | test("/managedClusters/"; "i"))'; then return; fi
  {
    azure vm list-skus --location "$location" --resource-type virtualMachines -o json > "$scratch/skus.json" &&
      azure vm list-usage --location "$location" -o json > "$scratch/usage.json" &&
      azure aks get-versions --location "$location" -o json > "$scratch/versions.json" &&
      jq -r --arg location "$location" --slurpfile skus "$scratch/skus.json" --slurpfile usage "$scratch/usage.json" \\
        --slurpfile versions "$scratch/versions.json" -f "$library/preflight.jq" "$scratch/what-if.json"
  } 2> "$scratch/refusal" || not_checked "sizes, quotas and versions of Kubernetes in $location"
}

# ask_ml WHAT LOCATION FILE: what Azure ML says of a region; null when it does not.
ask_ml() {
  local version
  version=$(jq -r '.["microsoft.machinelearningservices/workspaces/computes"]' "$library/api-versions.json")
  if arm get "/subscriptions/$subscription/providers/Microsoft.MachineLearningServices/locations/$2/$1?api-version=$version" \\
    > "$3" 2> "$scratch/refusal"; then return; fi
  not_checked "$1 of Azure ML in $2"
  printf 'null' > "$3"
}

training_problems() {
  local location=$1
  if ! foresees '.changeType == "Create" and .after.properties.computeType == "AmlCompute"'; then return; fi
  ask_ml vmSizes "$location" "$scratch/ml-sizes.json"
  ask_ml usages "$location" "$scratch/ml-usages.json"
  jq -r --arg location "$location" --slurpfile sizes "$scratch/ml-sizes.json" --slurpfile usages "$scratch/ml-usages.json" \\
    -f "$library/training.jq" "$scratch/what-if.json" 2> "$scratch/refusal" || not_checked "training clusters in $location"
}

# The region of the platform, which may be another than that of its resource group.
region() {
  local given
  given=$(jq -r '.parameters.location.value // empty' "$scratch/parameters.json")
  if [ -z "$given" ]; then given=$(azure group show --name "$resource_group" --query location -o tsv); fi
  tr -d ' ' <<< "$given" | tr '[:upper:]' '[:lower:]'
}

# Tells every problem, and leaves them in $scratch/preflight. In the condition of an \`if\` a step that fails would go unseen.
preflight() {
  local location unchecked='' problems="$scratch/preflight"
  location=$(region)
  name_problems > "$problems"
  node_problems "$location" >> "$problems"
  training_problems "$location" >> "$problems"
  if [ -s "$problems" ]; then
    sed 's/^/error: /' "$problems" >&2
  elif [ -n "$unchecked" ]; then
    say "nothing that could be checked in $location would be refused"
  else
    say "names, sizes, zones, quotas and the version of Kubernetes can be had in $location"
  fi
}
`;
