import { isObject } from "../base/index.ts";
import type { EvaluatedResource } from "../ir/index.ts";

const NAMESPACE = "Microsoft.ContainerService/managedClusters/managedNamespaces";

/**
 * What to tell whoever deploys a namespace that denies traffic: the platform alone opens nothing to models, and on Azure
 * they would wait in vain, with nothing to say for what.
 */
export function closedNamespaceNote(
  resources: readonly Pick<EvaluatedResource, "type" | "name" | "condition" | "body">[],
): string | undefined {
  const closed = resources.find(({ type, condition, body }) => {
    if (!(condition && type === NAMESPACE && isObject(body.properties))) return false;
    const policy = body.properties.defaultNetworkPolicy;
    return isObject(policy) && Object.values(policy).includes("DenyAll");
  });
  if (closed === undefined) return undefined;
  const name = closed.name.split("/").at(-1);
  return `the namespace ${name} denies traffic: apply kubernetes/overlays/<environment> now, or no job and no model in it is reached (docs/kubernetes.md)`;
}
