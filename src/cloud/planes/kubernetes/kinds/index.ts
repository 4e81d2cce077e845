import { CONFIG_MAP, EVENT, LIMIT_RANGE, NAMESPACE, NODE, RESOURCE_QUOTA } from "./core.ts";
import { CILIUM_POLICY, INSTANCE_TYPE, POD_MONITOR } from "./custom.ts";
import type { Kind } from "./kind.ts";
import { POD } from "./pod.ts";
import { DISRUPTION_BUDGET, NETWORK_POLICY, PRIORITY_CLASS } from "./policy.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from "./rbac.ts";
import { SECRET } from "./secret.ts";
import { DAEMON_SET, DEPLOYMENT, REPLICA_SET } from "./workload.ts";

export { INSTANCE_TYPE, NAMESPACE, NODE };

/** Every kind that an embedded cluster can know; some only with what installs them. */
export const KINDS: readonly Kind[] = [
  NAMESPACE,
  CONFIG_MAP,
  SECRET,
  POD,
  LIMIT_RANGE,
  RESOURCE_QUOTA,
  NODE,
  EVENT,
  DEPLOYMENT,
  REPLICA_SET,
  DAEMON_SET,
  NETWORK_POLICY,
  DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  ROLE,
  ROLE_BINDING,
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  INSTANCE_TYPE,
  CILIUM_POLICY,
  POD_MONITOR,
];
