# From the answer of az deployment group what-if, with $location and what Azure offers there ($skus, $usage, $versions): one
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
      + ({ of: (if $pool.spot then ["lowPriorityCores"] else ["cores", .family] end | .[]) }) ]
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
