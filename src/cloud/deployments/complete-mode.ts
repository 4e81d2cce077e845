import { idKey, isWithin, parseResourceId } from "../../azure/index.ts";
import { ArmFault } from "../contract.ts";
import { targetId } from "../template/index.ts";
import { nameOfId, typeOfId } from "./engine.ts";
import type { Execution } from "./execute.ts";
import { statusName } from "./operation.ts";

/** Deletes the resources of the group that the template does not list; what others still need is tried again after them. */
export async function deleteUnlisted(execution: Execution): Promise<void> {
  const { deployed, record } = execution;
  const listed = new Set([...deployed].map(idKey));
  let left = topLevel(execution).filter((id) => !listed.has(idKey(id)) && ![...listed].some((key) => isWithin(key, id)));
  while (left.length > 0) {
    const refusals = new Map<string, ArmFault>();
    for (const id of left) {
      const refusal = await deleteOne(execution, id);
      if (refusal !== undefined) refusals.set(id, refusal);
    }
    if (refusals.size === left.length)
      throw [...refusals.values()][0] ?? new ArmFault(409, "Conflict", `resources of '${record.id}' could not be deleted`);
    left = [...refusals.keys()];
  }
}

/** Top-level resources of the group; their children and extensions go with them. */
function topLevel({ engine, record }: Execution): string[] {
  return engine.host.resources
    .below(targetId(record.target))
    .map(({ id }) => id)
    .filter((id) => {
      const providers = parseResourceId(id)?.providers ?? [];
      return (
        providers.length === 1 &&
        providers[0]?.types.length === 1 &&
        providers[0].namespace.toLowerCase() !== "microsoft.authorization"
      );
    });
}

async function deleteOne({ context, engine, record }: Execution, id: string): Promise<ArmFault | undefined> {
  const row = engine.rows.start(record.id, {
    provisioningOperation: "Delete",
    resource: { id, resourceType: typeOfId(id), resourceName: nameOfId(id) },
  });
  try {
    await engine.host.resources.delete(id, context.caller);
    engine.rows.end(row, { state: "Succeeded", statusCode: "OK" });
    return undefined;
  } catch (error) {
    if (!(error instanceof ArmFault)) throw error;
    engine.rows.end(row, { state: "Failed", statusCode: statusName(error.status), error: error.toError() });
    return error;
  }
}
