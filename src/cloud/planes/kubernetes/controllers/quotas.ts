import { asString, type JsonObject } from "../../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { RESOURCE_QUOTA } from "../kinds/core.ts";
import type { Kind } from "../kinds/kind.ts";
import { containers, POD } from "../kinds/pod.ts";
import { amount, formatAmount } from "../schema/quantity.ts";
import type { Keeper } from "./keeper.ts";

/** What the quotas of every namespace have been used of. */
export function reportQuotas(keeper: Keeper, kinds: readonly Kind[]): void {
  for (const quota of keeper.list(RESOURCE_QUOTA)) {
    const hard = objectAt(quota, "spec.hard");
    const namespace = textAt(quota, "metadata.namespace");
    const used = Object.fromEntries(
      Object.keys(hard).map((name) => [name, formatAmount(name, usedOf(keeper, kinds, namespace, quota, name))]),
    );
    keeper.write(RESOURCE_QUOTA, { ...quota, status: { hard, used } }, "resourcequota-controller");
  }
}

function usedOf(keeper: Keeper, kinds: readonly Kind[], namespace: string, quota: JsonObject, name: string): number {
  const pods = keeper.list(POD, namespace).filter((pod) => counts(quota, pod));
  if (isOfPods(name)) return pods.reduce((sum, pod) => sum + askedBy(pod, name), 0);
  const [plural = "", ...group] = name.replace(/^count\//, "").split(".");
  const kind = kinds.find((each) => each.plural === plural && each.group === group.join("."));
  return kind === undefined || !kind.namespaced ? 0 : keeper.list(kind, namespace).length;
}

const COUNTS_PODS = ["pods", "count/pods"];

/** Of Kubernetes' names: `pods`, `cpu`, `requests.memory`, `limits.cpu`, `requests.nvidia.com/gpu`. */
function isOfPods(name: string): boolean {
  return COUNTS_PODS.includes(name) || ["cpu", "memory", "ephemeral-storage"].includes(name) || /^(requests|limits)\./.test(name);
}

function askedBy(pod: JsonObject, name: string): number {
  if (COUNTS_PODS.includes(name)) return 1;
  const [, side = "requests", resource = name] = /^(requests|limits)\.(.+)$/.exec(name) ?? [];
  return containers(pod).reduce((sum, container) => {
    const value = objectAt(container, `resources.${side}`)[resource];
    return value === undefined ? sum : sum + amount(asString(value));
  }, 0);
}

/** Pods that have ended use nothing; a quota with scopes counts only those that they name. */
function counts(quota: JsonObject, pod: JsonObject): boolean {
  if (["Succeeded", "Failed"].includes(textAt(pod, "status.phase"))) return false;
  const bestEffort = textAt(pod, "status.qosClass") === "BestEffort";
  const terminating = objectAt(pod, "spec").activeDeadlineSeconds !== undefined;
  const has: Readonly<Record<string, boolean>> = {
    BestEffort: bestEffort,
    NotBestEffort: !bestEffort,
    Terminating: terminating,
    NotTerminating: !terminating,
  };
  const { scopes } = objectAt(quota, "spec");
  const named = Array.isArray(scopes) ? scopes : [];
  const selected = objectsAt(quota, "spec.scopeSelector.matchExpressions").filter(
    ({ scopeName }) => scopeName === "PriorityClass",
  );
  const priority = textAt(pod, "spec.priorityClassName");
  return (
    named.every((scope) => has[asString(scope)] !== false) &&
    selected.every(({ operator, values }) => {
      const listed = Array.isArray(values) && values.includes(priority);
      if (operator === "In") return listed;
      if (operator === "NotIn") return !listed;
      return (priority !== "") === (operator === "Exists");
    })
  );
}

/** Why the quotas of its namespace have no room for a pod, or for so many alike, in the API server's words. */
export function exceededQuota(keeper: Keeper, pod: JsonObject, count: number): string | undefined {
  const namespace = textAt(pod, "metadata.namespace");
  for (const quota of keeper.list(RESOURCE_QUOTA, namespace).filter((each) => counts(each, pod))) {
    const name = textAt(quota, "metadata.name");
    const hard = Object.entries(objectAt(quota, "spec.hard")).filter(([resource]) => isOfPods(resource));
    const silent = hard
      .filter(([resource]) => !COUNTS_PODS.includes(resource) && !says(pod, resource))
      .map(([resource]) => resource);
    if (silent.length > 0) return `failed quota: ${name}: must specify ${silent.sort().join(",")}`;
    const over = hard
      .map(([resource, limit]) => ({
        resource,
        limit: asString(limit),
        used: usedOf(keeper, [], namespace, quota, resource),
        asked: count * askedBy(pod, resource),
      }))
      .filter(({ limit, used, asked }) => used + asked > amount(limit));
    if (over.length === 0) continue;
    const say = (value: (each: (typeof over)[number]) => string) =>
      over.map((each) => `${each.resource}=${value(each)}`).join(",");
    const [requested, used, limited] = [
      say(({ resource, asked }) => formatAmount(resource, asked)),
      say(({ resource, used: so }) => formatAmount(resource, so)),
      say(({ limit }) => limit),
    ];
    return `exceeded quota: ${name}, requested: ${requested}, used: ${used}, limited: ${limited}`;
  }
  return undefined;
}

/** A quota on CPU or memory demands that every container says how much it takes. */
function says(pod: JsonObject, resource: string): boolean {
  const [, side = "requests", name = resource] = /^(requests|limits)\.(.+)$/.exec(resource) ?? [];
  if (name !== "cpu" && name !== "memory") return true;
  return containers(pod).every((container) => objectAt(container, `resources.${side}`)[name] !== undefined);
}
