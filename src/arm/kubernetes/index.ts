export { type ObjectWriter, openObjectWriter } from "./apply.ts";
export { type Cluster, type ClusterWay, findCluster } from "./cluster.ts";
export { type Counted, countObjects } from "./count.ts";
export { type AppliedObject, type Change, nameOf, type ObjectName } from "./object.ts";
export { KubernetesError, type RefusalKind } from "./refusal.ts";
