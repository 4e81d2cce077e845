import { idKey } from "../../../../azure/index.ts";
import { isObject, type JsonObject, jsonEqual } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { flagAt, objectAt, textAt } from "../../../providers/common/body.ts";
import { hasSucceeded } from "../../../providers/common/state.ts";
import { bootstrapObjects } from "../access/bootstrap.ts";
import { INSTANCE_TYPE, KINDS, NAMESPACE, NODE } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING } from "../kinds/rbac.ts";
import type { Objects } from "../objects/objects.ts";
import { type Finishing, finish } from "../objects/write.ts";
import { Refusal } from "../wire/refusal.ts";
import { azureMlOf, CLUSTER_TYPE, type Cluster, EXTENSION_TYPE } from "./cluster.ts";
import { MARKS, type Mark } from "./marks.ts";
import { nodesOf } from "./nodes.ts";

const NAMESPACES_OF_AKS = ["default", "kube-node-lease", "kube-public", "kube-system"];
const COMPUTE_TYPE = "Microsoft.MachineLearningServices/workspaces/computes";
const NAMESPACE_TYPE = `${CLUSTER_TYPE}/managedNamespaces`;

/** Types of Resource Manager that say what a cluster's objects are. */
export const CAUSES = [CLUSTER_TYPE, `${CLUSTER_TYPE}/agentPools`, NAMESPACE_TYPE, EXTENSION_TYPE, COMPUTE_TYPE];

/** Label of namespaces that Resource Manager owns. */
export const MANAGED_BY_ARM = "kubernetes.azure.com/managedByArm";

/** The extension makes it; jobs without an instance type run as it. */
const DEFAULT_INSTANCE_TYPE = {
  resources: { requests: { cpu: "100m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } },
};

/** An object that something in Azure brings about; made once, then whoever writes to it may change it. */
interface Derived {
  readonly kind: Kind;
  readonly manager: string;
  readonly object: JsonObject;
  /** What becomes of it when its cause goes. */
  readonly afterwards: "delete" | "keep";
  /** Written over what is there, as often as the cause changes. */
  readonly follows?: boolean;
}

/** Brings a cluster's objects in line with what Resource Manager has: namespaces, nodes, and what the extension and computes make. */
export function reconcile(host: CloudHost, objects: Objects, cluster: Cluster): void {
  const { store } = host;
  const marks = new Map(store.list<Mark>(MARKS, `${cluster.uid}/`).map(({ key, value }) => [key, value]));
  const wanted = new Map(derivedOf(host, cluster).map((each) => [`${cluster.uid}/${each.cause}`, each]));
  for (const [key, { kind, manager, object, afterwards, follows }] of wanted) {
    const mark = marks.get(key);
    const name = nameOf(object);
    if (mark !== undefined && mark.afterwards === afterwards && (follows !== true || jsonEqual(mark.object, object))) continue;
    const live = objects.get(cluster.uid, kind, "", name);
    if (live === undefined || (follows === true && mark !== undefined) || mark === undefined) {
      const laid =
        live === undefined
          ? object
          : { ...live, ...object, metadata: { ...objectAt(live, "metadata"), ...objectAt(object, "metadata") } };
      const made = finished(host, { kind, live, object: laid, manager });
      if (made !== undefined && made !== live) objects.put(cluster.uid, kind, made);
    }
    store.put(MARKS, key, { plural: kind.plural, group: kind.group, name, afterwards, ...(follows === true ? { object } : {}) });
  }
  for (const [key, mark] of marks) {
    if (wanted.has(key)) continue;
    store.delete(MARKS, key);
    if (mark.afterwards === "delete") removeDerived(objects, cluster.uid, mark);
  }
}

/** What the API server would refuse does not come to be; the log says why, once for its cause. */
function finished(host: CloudHost, given: Pick<Finishing, "kind" | "live" | "object" | "manager">): JsonObject | undefined {
  try {
    return finish({ ...given, now: host.clock.now(), uid: () => host.newGuid(), part: "all" });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    host.log("kubernetes.refused", { kind: given.kind.kind, reason: error.message });
    return undefined;
  }
}

/** With a namespace goes everything in it. */
export function emptyNamespace(objects: Objects, cluster: string, namespace: string): void {
  for (const kind of KINDS.filter(({ namespaced }) => namespaced))
    for (const object of objects.list(cluster, kind, namespace)) objects.delete(cluster, kind, object);
}

function removeDerived(objects: Objects, cluster: string, { plural, group, name }: Mark): void {
  const kind = KINDS.find((candidate) => candidate.plural === plural && candidate.group === group);
  const live = kind && objects.get(cluster, kind, "", name);
  if (kind === undefined || live === undefined) return;
  if (kind === NAMESPACE) emptyNamespace(objects, cluster, name);
  objects.delete(cluster, kind, live);
}

function derivedOf(host: CloudHost, cluster: Cluster): (Derived & { readonly cause: string })[] {
  const { resource } = cluster;
  const system = [
    ...NAMESPACES_OF_AKS,
    ...(flagAt(resource, "properties.addonProfiles.azurepolicy.enabled") === true ? ["gatekeeper-system"] : []),
  ].map((name) => ({ cause: `system/${name}`, ...namespaceOf(name, {}, "aks", "keep") }));
  const managed = host.resources
    .below(resource.id, NAMESPACE_TYPE)
    .filter(hasSucceeded)
    .map((each) => ({ cause: `managed/${each.name}`, ...managedNamespace(each) }));
  const nodes = nodesOf(host, cluster).map((object) => ({
    cause: `node/${nameOf(object)}`,
    kind: NODE,
    manager: "kubelet",
    object,
    afterwards: "delete" as const,
    follows: true,
  }));
  const access = bootstrapObjects(resource).map((object) => ({
    cause: `access/${textAt(object, "kind")}/${nameOf(object)}`,
    kind: object.kind === "ClusterRole" ? CLUSTER_ROLE : CLUSTER_ROLE_BINDING,
    manager: "kube-apiserver",
    object,
    afterwards: "delete" as const,
    follows: true,
  }));
  return [...system, ...managed, ...nodes, ...access, ...ofAzureMl(host, resource)];
}

function ofAzureMl(host: CloudHost, cluster: Resource): (Derived & { readonly cause: string })[] {
  const extension = azureMlOf(host, cluster);
  if (extension === undefined) return [];
  const namespace = textAt(extension, "properties.scope.cluster.releaseNamespace") ?? "azureml";
  const attached = host.resources
    .ofType(COMPUTE_TYPE)
    .filter(({ properties }) => idKey(textAt(properties, "resourceId") ?? "") === idKey(cluster.id));
  // The extension's own one comes first; an attachment that declares another of the name writes over it.
  const types = [
    { cause: "azureml/defaultinstancetype", object: instanceType("defaultinstancetype", DEFAULT_INSTANCE_TYPE) },
    ...attached.flatMap((compute) =>
      Object.entries(objectAt(compute, "properties.properties.instanceTypes")).flatMap(([name, spec]) =>
        isObject(spec) ? [{ cause: `attached/${idKey(compute.id)}/${name}`, object: instanceType(name, spec) }] : [],
      ),
    ),
  ];
  return [
    { cause: "azureml/namespace", ...namespaceOf(namespace, {}, "helm", "delete") },
    ...types.map(({ cause, object }) => ({
      cause,
      object,
      kind: INSTANCE_TYPE,
      manager: "amloperator",
      afterwards: "delete" as const,
    })),
  ];
}

function instanceType(name: string, spec: JsonObject): JsonObject {
  return { apiVersion: "amlarc.azureml.com/v1alpha1", kind: "InstanceType", metadata: { name }, spec };
}

function managedNamespace({ name, properties }: Resource): Derived {
  const labels = { ...objectAt(properties, "labels"), [MANAGED_BY_ARM]: "true" };
  const afterwards = textAt(properties, "deletePolicy") === "Delete" ? "delete" : "keep";
  return { ...namespaceOf(name, { labels, annotations: objectAt(properties, "annotations") }, "aks", afterwards), follows: true };
}

function namespaceOf(name: string, metadata: JsonObject, manager: string, afterwards: Derived["afterwards"]): Derived {
  return {
    kind: NAMESPACE,
    manager,
    afterwards,
    object: { apiVersion: "v1", kind: "Namespace", metadata: { ...metadata, name } },
  };
}

function nameOf(object: JsonObject): string {
  return textAt(object, "metadata.name") ?? "";
}
