import type { CloudHost } from "../../../contract.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { KINDS } from "../kinds/index.ts";
import type { Objects } from "../objects/objects.ts";
import { reportBudgets } from "./budgets.ts";
import { controlDaemonSets } from "./daemons.ts";
import { createKeeper } from "./keeper.ts";
import { collectGarbage, reportPods } from "./pods.ts";
import { showProcesses } from "./processes.ts";
import { reportQuotas } from "./quotas.ts";
import { controlDeployments, controlReplicaSets, reportDeployments } from "./replicas.ts";

/** Does what Kubernetes' controllers do, to the end: what is asked for is there, and every status says how it is. */
export function control(host: CloudHost, objects: Objects, cluster: Cluster): void {
  const keeper = createKeeper(host, objects, cluster.uid);
  showProcesses(host, keeper, cluster);
  collectGarbage(keeper, KINDS);
  controlDeployments(keeper);
  controlReplicaSets(keeper);
  controlDaemonSets(keeper);
  reportPods(keeper);
  reportDeployments(keeper);
  reportBudgets(keeper);
  reportQuotas(keeper, KINDS);
}
