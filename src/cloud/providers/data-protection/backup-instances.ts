import { idKey, normalizeLocation, sameId } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectsAt, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, conflict, unsupported } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { referenced, requireType } from "../common/references.ts";
import { BACKUP_API_VERSIONS, CLUSTER_TYPE, INSTANCE_TYPE, POLICY_TYPE } from "./api-versions.ts";
import { softDeleteDays } from "./backup-vaults.ts";
import { protectCluster } from "./protection.ts";

const CODE = "BMSUserErrorInvalidInput";

/** A cluster under protection. No backup is ever taken: what is checked is what Azure checks before it would. */
export function backupInstances(host: CloudHost): TypeSpec {
  return {
    type: "backupVaults/backupInstances",
    apiVersions: BACKUP_API_VERSIONS,
    location: "inherited",
    name: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,149}$/,
      words: "1 to 150 letters, digits, hyphens, dots and underscores, starting with a letter or digit",
    },
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 60_000,
    deleteDurationMs: 30_000,
    immutable: ["properties.dataSourceInfo.resourceID", "properties.policyInfo.policyParameters.dataStoreParametersList"],
    admit: (change) => admitInstance(host, change),
    provision(instance) {
      protectCluster(host, instance);
      return {
        currentProtectionState: "ProtectionConfigured",
        protectionStatus: { status: "ProtectionConfigured" },
      };
    },
    softDelete(instance) {
      const days = softDeleteDays(host.resources.get(parentOf(instance.id)));
      return days === 0 ? undefined : { days, purgeable: false };
    },
  };
}

function admitInstance(host: CloudHost, change: Change): Resource {
  const { id, body, preflight } = change;
  const source = requireText(body, "properties.dataSourceInfo.resourceID", CODE);
  const datasource = requireText(body, "properties.dataSourceInfo.datasourceType", CODE);
  if (datasource.toLowerCase() !== CLUSTER_TYPE.toLowerCase()) throw unsupported(`backup of ${datasource}`);
  if (!sameId(requireText(body, "properties.dataSourceSetInfo.resourceID", CODE), source))
    throw badRequest(CODE, "properties.dataSourceSetInfo.resourceID names another cluster than dataSourceInfo");
  const cluster = referenced(
    host,
    change,
    source,
    CLUSTER_TYPE,
    "properties.dataSourceInfo.resourceID",
    "UserErrorDatasourceNotFound",
  );
  const vault = host.resources.get(parentOf(id));
  const [there, here] = [cluster?.location, vault?.location].map((location) => location && normalizeLocation(location));
  if (there !== undefined && here !== undefined && there !== here)
    throw badRequest(CODE, `the cluster is in ${there} and the vault in ${here}; both have to be in one region`);
  checkPolicy(host, change);
  const groups = objectsAt(body, "properties.policyInfo.policyParameters.dataStoreParametersList");
  if (groups.length !== 1 || textAt(groups[0], "resourceGroupId") === undefined)
    throw badRequest(CODE, "dataStoreParametersList names the resource group of snapshots: AzureOperationalStoreParameters");
  if (preflight !== true) refuseTwice(host, id, source);
  return {
    ...body,
    properties: withDefaults(body.properties, { validationType: "ShallowValidation" }),
  };
}

function checkPolicy(host: CloudHost, change: Change): void {
  const path = "properties.policyInfo.policyId";
  const policy = requireText(change.body, path, CODE);
  requireType(policy, POLICY_TYPE, path);
  if (!sameId(parentOf(policy), parentOf(change.id)))
    throw badRequest(CODE, `${path} is ${policy}; it must be a policy of the same vault`, path);
  referenced(host, change, policy, POLICY_TYPE, path);
}

/** A cluster is protected once, whatever the vault. */
function refuseTwice(host: CloudHost, id: string, source: string): void {
  const other = host.resources
    .ofType(INSTANCE_TYPE)
    .find(
      (instance) =>
        idKey(instance.id) !== idKey(id) && sameId(textAt(instance, "properties.dataSourceInfo.resourceID") ?? "", source),
    );
  if (other !== undefined) throw conflict("UserErrorDatasourceAlreadyProtected", `${source} is protected by ${other.id} already`);
}
