# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# Reads back what was deployed: lib/api-versions.json says how each type is asked for.

# Resources that a deployment made, one JSON object a line: the id, and what to ask for.
promised() {
  azure deployment group show --resource-group "$resource_group" --name "$1" --query 'properties.outputResources[].id' -o json |
    jq -c --slurpfile versions "$library/api-versions.json" '
      def type_of:
        (split("/providers/") | last | split("/")) as $parts
        | [$parts[0]] + [range(1; $parts | length; 2) | $parts[.]] | join("/") | ascii_downcase;
      .[] | { id: ., version: $versions[0][type_of] } | select(.version)
      | { id, path: "\(.id | split("/") | map(@uri) | join("/"))?api-version=\(.version)" }'
}

# read_all FILE FOLDER: asks for every line of the file at once and leaves the answers in the folder by their number. az would start anew for
# each one. The token goes through a pipe, so neither a file nor a command line has it.
read_all() {
  local token endpoint
  token=$(azure account get-access-token --query accessToken -o tsv)
  endpoint=$(az cloud show --query endpoints.resourceManager -o tsv --only-show-errors)
  {
    printf 'header = "Authorization: Bearer %s"\n' "$token"
    jq -r -s --arg endpoint "${endpoint%/}" --arg folder "$2" \
      'to_entries[] | "url = \($endpoint + .value.path | tojson)", "output = \("\($folder)/\(.key)" | tojson)"' "$1"
  } | curl --config - --silent --show-error --parallel --parallel-max 8 --retry 4 --connect-timeout 10 --max-time 60
}

# problems FILE FOLDER COUNT: what is wrong with each answer.
problems() {
  local number=0
  while [ "$number" -lt "$3" ]; do
    jq -c . "$2/$number" 2> /dev/null | grep . || printf '{"error":{"message":"no answer"}}\n'
    number=$((number + 1))
  done > "$scratch/answers"
  jq -n -r --slurpfile promised "$1" --slurpfile answers "$scratch/answers" '
    range($promised | length) as $at | $promised[$at].id as $id | $answers[$at]
    | if .error then "\($id) cannot be read: \(.error.message // .error.code)"
      elif .properties.provisioningState? != null and .properties.provisioningState != "Succeeded" then "\($id) is \(.properties.provisioningState)"
      elif .properties.provisioningErrors?[0] != null then "\($id) reports \(.properties.provisioningErrors[0].error.message)"
      elif .properties.powerState?.code? == "Stopped" then "\($id) is stopped"
      else empty end'
}

# verify DEPLOYMENT
verify() {
  local found="$scratch/problems" made="$scratch/promised" count
  promised "$1" > "$made"
  count=$(wc -l < "$made" | tr -d ' ')
  if [ "$count" = 0 ]; then fail "$EXIT_VERIFICATION" "deployment $1 names no resource" "az deployment group show --resource-group $resource_group --name $1"; fi
  mkdir -p "$scratch/read"
  # What could not be read is told with the rest.
  read_all "$made" "$scratch/read" || true
  problems "$made" "$scratch/read" "$count" > "$found"
  if [ -s "$found" ]; then
    LC_ALL=C sort "$found" >&2
    fail "$EXIT_VERIFICATION" "$(wc -l < "$found" | tr -d ' ') of $count resources are not as promised" "see what each one says of itself: az resource show --ids"
  fi
  say "$count resources are as promised"
}
