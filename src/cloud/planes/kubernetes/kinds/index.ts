import { CONFIG_MAP, EVENT, LIMIT_RANGE, NAMESPACE, NODE, RESOURCE_QUOTA } from "./core.ts";
import { CILIUM_POLICY, INSTANCE_TYPE, POD_MONITOR } from "./custom.ts";
import type { Kind } from "./kind.ts";
import { DISRUPTION_BUDGET, NETWORK_POLICY, PRIORITY_CLASS } from "./policy.ts";

export { INSTANCE_TYPE, NAMESPACE, NODE };

/** Every kind that an embedded cluster can know; some only with what installs them. */
export const KINDS: readonly Kind[] = [
  NAMESPACE,
  CONFIG_MAP,
  LIMIT_RANGE,
  RESOURCE_QUOTA,
  NODE,
  EVENT,
  NETWORK_POLICY,
  DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  INSTANCE_TYPE,
  CILIUM_POLICY,
  POD_MONITOR,
];
