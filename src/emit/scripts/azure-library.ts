import { NAME_RULES } from "../../azure/index.ts";
import type { Program } from "../../ir/index.ts";
import { OWNER_TAG, TOOLS } from "./names.ts";

/** Namespaces that no resource of the definition names but that it needs: the machines of node pools, and the cluster's policy add-on. */
const ALSO = ["Microsoft.Compute", "Microsoft.PolicyInsights"];

/** Resource providers that must be registered before the platform can be deployed. */
function namespaces(program: Program): string[] {
  const named = program.resources.map(({ type }) => type.slice(0, type.indexOf("/")));
  // Authorization and Resources belong to Azure Resource Manager itself.
  return [...new Set([...named, ...ALSO])]
    .filter((name) => name !== "Microsoft.Authorization" && name !== "Microsoft.Resources")
    .sort();
}

/** `lib/azure.sh`: signing in, providers, and whose a resource group is. */
export function azureLibrary(program: Program): string {
  return `# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# Azure: tools, sign-in, resource providers, and whose a resource group is.

readonly NAMESPACES=(
${namespaces(program)
  .map((name) => `  ${name}`)
  .join("\n")}
)

subscription="\${AZURE_SUBSCRIPTION_ID:-}"
tenant="\${AZURE_TENANT_ID:-}"

azure() { az "$@" --subscription "$subscription" --only-show-errors; }

# A call of Azure Resource Manager: arm METHOD PATH-OR-URL [az rest's own flags]
arm() {
  local method=$1 url=$2
  shift 2
  az rest --method "$method" --url "$url" --only-show-errors "$@"
}

# What az said of a command that failed, kept in $scratch/refusal. Some of its versions fall over their own handling of a
# refused template; of such a traceback only Azure's words are shown.
show_refusal() {
  local words=''
  if grep -q '^Traceback' "$scratch/refusal"; then
    words=$(tr '\\t' '\\n' < "$scratch/refusal" | sed -nE 's/^[^(]*(\\([A-Z][A-Za-z]+\\) .*)$/error: \\1/p' | LC_ALL=C sort -u)
  fi
  if [ -n "$words" ]; then printf '%s\\n' "$words" >&2; else cat "$scratch/refusal" >&2; fi
}

require_tools() {
  local found=''
  if present az; then found=$(az version --query '"azure-cli"' -o tsv 2> /dev/null) || found=0; fi
  need az ${TOOLS.az} "$found" "https://learn.microsoft.com/cli/azure/install-azure-cli"
  found=''
  if present jq; then found=$(jq --version) && found=\${found#jq-}; fi
  need jq ${TOOLS.jq} "$found" "https://jqlang.org/download"
  found=''
  if present curl; then found=$(curl --version | sed -n '1s/^curl \\([^ ]*\\).*/\\1/p'); fi
  need curl ${TOOLS.curl} "$found" "https://curl.se/download.html"
}

# Subscription and sign-in; nothing of az's own settings is changed.
require_sign_in() {
  local account id state actual
  if [ -z "$subscription" ]; then
    fail "$EXIT_USAGE" "no subscription is named" "set AZURE_SUBSCRIPTION_ID or give --subscription"
  fi
  if [ "$(az account list --query 'length(@)' -o tsv --only-show-errors)" = 0 ]; then
    fail "$EXIT_FAILED" "az is not signed in" "az login"
  fi
  if ! account=$(az account show --subscription "$subscription" --query '[id, state, tenantId, name]' -o tsv --only-show-errors 2> /dev/null); then
    fail "$EXIT_FAILED" "subscription $subscription is not among those that az is signed in to" "az account list --output table"
  fi
  { read -r id && read -r state && read -r actual && read -r account; } <<< "$account" || true
  if [ "$state" != Enabled ]; then fail "$EXIT_FAILED" "subscription $subscription is $state" "enable it, or name another one"; fi
  if [ -n "$tenant" ] && [ "$tenant" != "$actual" ]; then
    fail "$EXIT_FAILED" "subscription $subscription belongs to tenant $actual, and AZURE_TENANT_ID is $tenant" "name the right one of the two"
  fi
  subscription=$id
  say "subscription $account ($subscription)"
}

# The caller's object id and what it is, from their own token; nothing where it does not say. The token itself goes nowhere.
caller() {
  azure account get-access-token --query accessToken -o tsv |
    jq -R -r 'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | . + ("=" * ((4 - length % 4) % 4) // "") | @base64d | fromjson
      | select(.oid) | "\\(.oid) \\(if .idtyp == "app" then "ServicePrincipal" else "User" end)"'
}

register_providers() {
  local registered namespace
  local missing=()
  registered=$(azure provider list --query "[?registrationState=='Registered'].namespace" -o tsv | tr '[:upper:]' '[:lower:]')
  for namespace in "\${NAMESPACES[@]}"; do
    if ! grep -qxF "$(printf '%s' "$namespace" | tr '[:upper:]' '[:lower:]')" <<< "$registered"; then missing+=("$namespace"); fi
  done
  if [ "\${#missing[@]}" -eq 0 ]; then
    say "all \${#NAMESPACES[@]} are registered"
    return
  fi
  # All are started before any is waited for: each takes minutes.
  for namespace in "\${missing[@]}"; do azure provider register --namespace "$namespace" > /dev/null; done
  for namespace in "\${missing[@]}"; do
    azure provider register --namespace "$namespace" --wait > /dev/null
    say "registered $namespace"
  done
}

require_group_name() {
  if [ -z "$resource_group" ] || [ "\${resource_group%.}" != "$resource_group" ] ||
    [ -n "$(printf '%s' "$resource_group" | LC_ALL=C tr -d 'A-Za-z0-9._()\\200-\\377-')" ] || [ "\${#resource_group}" -gt 90 ]; then
    fail "$EXIT_USAGE" "'$resource_group' is not a name that Azure takes for a resource group" "use ${NAME_RULES["Microsoft.Resources/resourceGroups"].words}"
  fi
}

group_exists() { [ "$(azure group exists --name "$resource_group")" = true ]; }

# Everything that changes or removes a group asks this first.
require_own_group() {
  local owner
  owner=$(azure group show --name "$resource_group" --query 'tags.${OWNER_TAG.name}' -o tsv)
  if [ "$owner" != ${OWNER_TAG.value} ]; then
    fail "$EXIT_FAILED" "resource group $resource_group was not made by Quayside (no tag ${OWNER_TAG.name}=${OWNER_TAG.value})" "$1"
  fi
}

resource_ids() { azure resource list --resource-group "$resource_group" --resource-type "$1" --query '[].id' -o tsv; }
`;
}
