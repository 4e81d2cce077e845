import type { JsonObject } from "../../../../base/index.ts";
import { at, numberAt, objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { isReady, POD } from "../kinds/pod.ts";
import { DISRUPTION_BUDGET } from "../kinds/policy.ts";
import { REPLICA_SET } from "../kinds/workload.ts";
import { matchesSelector } from "../objects/selectors.ts";
import { condition, isOwnedBy, type Keeper } from "./keeper.ts";

/** How many pods each disruption budget would let go of now. */
export function reportBudgets(keeper: Keeper): void {
  for (const budget of keeper.list(DISRUPTION_BUDGET)) {
    const namespace = textAt(budget, "metadata.namespace");
    const selector = objectAt(budget, "spec.selector");
    const pods = keeper.list(POD, namespace).filter((pod) => matchesSelector(selector, objectAt(pod, "metadata.labels")));
    const expected = expectedPods(keeper, namespace, pods);
    const healthy = pods.filter(isReady).length;
    const desired = desiredHealthy(budget, expected);
    const disruptionsAllowed = Math.max(0, healthy - desired);
    const reason = disruptionsAllowed > 0 ? "SufficientPods" : "InsufficientPods";
    const status = {
      observedGeneration: numberAt(budget, "metadata.generation") ?? 1,
      expectedPods: expected,
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed,
      conditions: [condition(budget, "DisruptionAllowed", disruptionsAllowed > 0, reason, "", keeper.now)],
    };
    keeper.write(DISRUPTION_BUDGET, { ...budget, status }, "disruption-controller");
  }
}

/** Percentages are of what the owners of the pods ask for. */
function expectedPods(keeper: Keeper, namespace: string, pods: readonly JsonObject[]): number {
  const owners = keeper.list(REPLICA_SET, namespace).filter((set) => pods.some((pod) => isOwnedBy(pod, set)));
  const bare = pods.filter((pod) => objectsAt(pod, "metadata.ownerReferences").length === 0).length;
  return owners.reduce((sum, set) => sum + (numberAt(set, "spec.replicas") ?? 0), bare);
}

function desiredHealthy(budget: JsonObject, expected: number): number {
  const [least, most] = [at(budget, "spec.minAvailable"), at(budget, "spec.maxUnavailable")];
  const amountOf = (value: unknown) =>
    typeof value === "string" && value.endsWith("%") ? Math.ceil((Number.parseInt(value, 10) * expected) / 100) : Number(value);
  if (most !== undefined) return Math.max(0, expected - amountOf(most));
  return least === undefined ? expected : amountOf(least);
}
