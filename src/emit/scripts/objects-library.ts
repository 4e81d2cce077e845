/** `lib/objects.sh`: the objects of a cluster as the parameters of its deployment ask for them, which `quayside up` applies too. */
export const OBJECTS_LIBRARY = `# shellcheck shell=bash disable=SC2154 # the scripts set what they share
# kubernetes/ as the parameters of this deployment ask for it.

# compose_objects ENVIRONMENT: copies kubernetes/ to $scratch, with an overlay \`as-deployed\` beside that of the environment, which holds
# what the environment's own profile says.
compose_objects() {
  local folder="$scratch/kubernetes" usual namespace prometheus
  local components=()
  cp -R "$manifests" "$folder"
  namespace=$(value_of computeNamespace)
  usual=$(jq -r '.computeNamespace.default // empty' "$library/parameters.json")
  prometheus=$(jq .parameters.profileOverrides.value.managedPrometheus "$scratch/parameters.json")
  if [ "$prometheus" != null ]; then
    sed '/components\\/managed-prometheus$/d' "$manifests/overlays/$1/kustomization.yaml" > "$folder/overlays/$1/kustomization.yaml"
  fi
  if [ "$prometheus" = true ]; then components+=(managed-prometheus); fi
  if [ "$(value_of enableGpuNodes)" = true ]; then components+=(gpu); fi
  if [ "$(value_of enableSpotNodes)" = true ]; then components+=(spot); fi
  mkdir "$folder/overlays/as-deployed"
  {
    printf '%s\\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' "resources: [../$1]" 'components:'
    if [ "\${#components[@]}" -gt 0 ]; then printf '  - ../../components/%s\\n' "\${components[@]}"; fi
    if [ "$namespace" != "$usual" ]; then
      printf '%s\\n' 'patches:' "  - target: { namespace: $usual }" \\
        "    patch: '[{\\"op\\": \\"replace\\", \\"path\\": \\"/metadata/namespace\\", \\"value\\": \\"$namespace\\"}]'"
    fi
  } > "$folder/overlays/as-deployed/kustomization.yaml"
}
`;
