import type { JsonObject } from "../../../../base/index.ts";
import { refuseEscalation } from "../access/escalation.ts";
import { createKeeper } from "../controllers/keeper.ts";
import { withLimits } from "../controllers/limits.ts";
import { isProcess } from "../controllers/processes.ts";
import { missingRoom } from "../controllers/room.ts";
import { textAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";
import { POD } from "../kinds/pod.ts";
import { Refusal } from "../wire/refusal.ts";
import type { Call } from "./call.ts";

/** What the API server's admission does with a new object: completes it by the namespace's limits, or refuses it. */
export function admitCreate(call: Call, object: JsonObject): JsonObject {
  refuseEscalation(call.access, call.user, call.kind, object, call.namespace);
  // A mark of ours in somebody's object would hide it from the controllers.
  if (isProcess(object))
    throw forbidden(call.kind, textAt(object, "metadata.name"), "annotations of quayside/ are the embedded AKS's own");
  if (call.kind !== POD) return object;
  const keeper = createKeeper(call.host, call.objects, call.cluster.uid);
  const completed = withLimits(keeper, object);
  const refusal = missingRoom(keeper, completed);
  if (refusal !== undefined) throw forbidden(POD, textAt(object, "metadata.name"), refusal);
  return completed;
}

export function admitUpdate(call: Call, live: JsonObject, object: JsonObject): void {
  refuseProcess(call, live);
  refuseEscalation(call.access, call.user, call.kind, object, call.namespace);
}

/** What stands for processes follows these; the way to change it is through Azure Machine Learning. */
export function refuseProcess({ kind }: Call, live: JsonObject): void {
  if (isProcess(live))
    throw forbidden(
      kind,
      textAt(live, "metadata.name"),
      "it shows processes that Azure Machine Learning keeps; change the deployment or job there",
    );
}

function forbidden({ plural, group }: Kind, name: string, why: string): Refusal {
  const qualified = group === "" ? plural : `${plural}.${group}`;
  return new Refusal(403, "Forbidden", `${qualified} ${JSON.stringify(name)} is forbidden: ${why}`, {
    name,
    ...(group === "" ? {} : { group }),
    kind: plural,
  });
}
