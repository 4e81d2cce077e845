# From the answer of az deployment group what-if, with $location and what Azure ML says of sizes and usages there ($sizes,
# $usages; null where it was not read): one line for each cluster that Azure ML would refuse.

def clusters:
  .changes[]
  | select(.changeType == "Create" and .after.properties.computeType == "AmlCompute")
  | .after.properties.properties as $wanted
  | { name: (.resourceId | split("/") | last),
      size: $wanted.vmSize,
      spot: (($wanted.vmPriority // "" | ascii_downcase) == "lowpriority"),
      nodes: ([1, ($wanted.scaleSettings.minNodeCount // 0)] | max) };

def plain: ascii_downcase | gsub("[ _-]"; "");
def offered: [$sizes[0].value[]? | select((.supportedComputeTypes // []) | length == 0 or index("AmlCompute") != null)];
def listed: ascii_downcase as $size | first(offered[] | select((.name | ascii_downcase) == $size)) // null;

# With GPUs or without as the one that is missing, nearest in vCPUs.
def near:
  . as $size
  | ([capture("^Standard_[A-Za-z]+(?<n>[0-9]+)").n | tonumber] | first // 4) as $vcpus
  | [offered[] | select((.gpus > 0) == ($size | test("^Standard_N"; "i")))]
  | sort_by((((.vCPUs / ([$vcpus, 1] | max)) | log2) | fabs), .name) | [.[:3][].name] | join(", ");

def sizes:
  select($sizes[0] != null)
  | select((.size | listed) == null)
  | "\(.size) of training cluster \(.name) is not offered by Azure ML in \($location); take \(.size | near)";

# A family's dedicated and low-priority rows may have one name and differ by their type; workspaces have rows of their own.
def rows($low; $is_total):
  [ $usages[0].value[]?
    | select((.id // "") | test("/workspaces/"; "i") | not)
    | . + { names: [.name.value // "", .name.localizedValue // "" | plain] }
    | . + { low: (((.type // "") | test("/(total)?lowPriorityCores/"; "i")) or any(.names[]; contains("lowpriority"))) }
    | select(.low == $low and any(.names[]; startswith("total")) == $is_total) ];
def total($low): first(rows($low; true)[] | select($low or any(.names[]; contains("dedicated")))) // null;
def family: plain as $family | first(rows(false; false)[] | select(any(.names[]; . == $family or startswith($family + "cluster")))) // null;

# Azure ML makes no cluster that could not have one node, though it asks for none to begin with.
def quotas:
  . as $cluster | (.size | listed) as $size
  | select($size != null and $usages[0] != null)
  | ($size.vCPUs * .nodes) as $vcpus
  | (if .spot then { name: "TotalLowPriorityCores", row: total(true) }
     else { name: "TotalDedicatedCores", row: total(false) }, { name: $size.family, row: ($size.family | family) } end)
  | select(.row != null and .row.limit >= 0 and .row.limit < $vcpus)
  | (if $cluster.nodes == 1 then ["a node", "takes"] else ["\($cluster.nodes) nodes", "take"] end) as [$what, $verb]
  | "quota \(.name) of Azure ML is \(.row.limit) vCPUs in \($location), and \($what) of training cluster \($cluster.name) \($verb) \($vcpus)";

clusters | sizes, quotas
