import type { ArmClient } from "../../arm/index.ts";
import { asObject, asString, type JsonValue } from "../../base/index.ts";
import type { EvaluatedResource } from "../../ir/index.ts";
import { isGivenElsewhere } from "../../ops/index.ts";
import type { Caller } from "./who-runs.ts";

/** What the definition calls the role on the cluster of whoever applies its objects, and of whoever deploys from a pipeline. */
const OPERATOR = "clusterOperatorObjects";
const DEPLOYER = "deployerObjects";

/** Whether the deployment gives a role on the cluster, which spreads for minutes: named by the person, or for them. */
export const givesClusterRole = (resources: readonly Pick<EvaluatedResource, "symbol">[]): boolean =>
  resources.some(({ symbol }) => symbol === OPERATOR || symbol === DEPLOYER);

/** A role on the cluster that the caller has already is theirs to keep; Azure takes it once. Somebody else's is not asked about. */
export async function ownRole(
  client: ArmClient,
  caller: Caller | undefined,
  resources: readonly EvaluatedResource[],
  signal?: AbortSignal,
): Promise<Readonly<Record<string, JsonValue>>> {
  const role = resources.find(({ symbol }) => symbol === OPERATOR);
  if (role === undefined || caller === undefined) return {};
  const named = asString(asObject(role.body.properties).principalId);
  if (named.toLowerCase() !== caller.objectId.toLowerCase()) return {};
  return (await isGivenElsewhere(client, role, signal)) ? { clusterOperatorObjectId: "" } : {};
}
