import { type ArmClient, ArmError } from "../../arm/index.ts";
import { asObject, asString, type JsonObject } from "../../base/index.ts";

/** A role assignment as a definition promises it: `{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}`. */
export interface PromisedRole {
  readonly id: string;
  readonly apiVersion: string;
  readonly body: JsonObject;
}

const COLLECTION = "/providers/Microsoft.Authorization/roleAssignments";

/**
 * Whether the principal has the role on the very same scope by an assignment of another name, given by
 * hand. Azure refuses a second one (`RoleAssignmentExists`).
 */
export async function isGivenElsewhere(client: ArmClient, promised: PromisedRole, signal?: AbortSignal): Promise<boolean> {
  const [scope = ""] = promised.id.split(new RegExp(`${COLLECTION}/`, "i"));
  const { principalId, roleDefinitionId } = asObject(promised.body.properties);
  const filter = encodeURIComponent(`principalId eq '${asString(principalId)}'`);
  const given = await client
    .list(`${scope}${COLLECTION}?$filter=${filter}`, promised.apiVersion, signal)
    .catch((error: unknown) => {
      // A scope that is yet to be made has none, and who may not read them finds out by the deployment.
      if (error instanceof ArmError && (error.status === 404 || error.status === 403)) return [];
      throw error;
    });
  const isSame = (a: unknown, b: unknown) => asText(a) === asText(b);
  return given.some(({ id, properties }) => {
    const own = asObject(properties);
    return (
      !isSame(id, promised.id) &&
      isSame(own.scope, scope) &&
      isSame(own.principalId, principalId) &&
      isSame(roleOf(own.roleDefinitionId), roleOf(roleDefinitionId))
    );
  });
}

/** Role definitions have the same GUID in every subscription. */
function roleOf(id: unknown): string {
  return asText(id).split("/").at(-1) ?? "";
}

/** Ids are the same in any case of their letters. */
function asText(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
