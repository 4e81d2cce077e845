# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# Reads back what was deployed: lib/api-versions.json says how each type is asked for.

# Ids that a deployment made, each with the api-version of its type.
promised() {
  azure deployment group show --resource-group "$resource_group" --name "$1" --query 'properties.outputResources[].id' -o json |
    jq -r --slurpfile versions "$library/api-versions.json" '
      def type_of:
        (split("/providers/") | last | split("/")) as $parts
        | [$parts[0]] + [range(1; $parts | length; 2) | $parts[.]] | join("/") | ascii_downcase;
      .[] | type_of as $type | select($versions[0][$type]) | "\(.)?api-version=\($versions[0][$type])"'
}

# Prints what is wrong with one resource, or nothing.
problem_with() {
  local answer
  if ! answer=$(arm get "$1" --query '[properties.provisioningState, properties.powerState.code, properties.provisioningErrors[0].error.message]' -o json 2>&1); then
    printf '%s cannot be read: %s\n' "${1%%\?*}" "${answer%%$'\n'*}"
    return
  fi
  jq -r --arg id "${1%%\?*}" '
    if .[0] != null and .[0] != "Succeeded" then "\($id) is \(.[0])"
    elif .[2] != null then "\($id) reports \(.[2])"
    elif .[1] == "Stopped" then "\($id) is stopped"
    else empty end' <<< "$answer"
}

# verify DEPLOYMENT
verify() {
  local found="$scratch/problems" ids="$scratch/ids" count
  promised "$1" > "$ids"
  count=$(wc -l < "$ids" | tr -d ' ')
  if [ "$count" = 0 ]; then fail "$EXIT_VERIFICATION" "deployment $1 names no resource" "az deployment group show --resource-group $resource_group --name $1"; fi
  export -f arm problem_with
  # Four at a time: Azure Resource Manager throttles readers that ask for much more.
  # shellcheck disable=SC2016 # the inner shell expands it
  tr '\n' '\0' < "$ids" | xargs -0 -P 4 -n 1 bash -c 'problem_with "$1"' verify > "$found"
  if [ -s "$found" ]; then
    LC_ALL=C sort "$found" >&2
    fail "$EXIT_VERIFICATION" "$(wc -l < "$found" | tr -d ' ') of $count resources are not as promised" "see what each one says of itself: az resource show --ids"
  fi
  say "$count resources are as promised"
}
