import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import { AKS_API_VERSION } from "./node-pools.ts";
import type { Settings } from "./settings.ts";

/** The names are AKS's own: for its weekly releases of control plane and add-ons, upgrades of Kubernetes, and images of nodes. */
const SCHEDULES = {
  clusterReleases: "default",
  clusterUpgrades: "aksManagedAutoUpgradeSchedule",
  nodeUpgrades: "aksManagedNodeOSUpgradeSchedule",
} as const;

/** Least that Microsoft recommends for clusters of some size. */
const WINDOW_HOURS = 8;

/** When AKS may change the cluster by itself. Gives the last of the configurations, which are written one after the other. */
export function declareMaintenance(
  program: ProgramBuilder,
  settings: Settings,
  cluster: ResourceHandle,
  after: ResourceHandle,
): ResourceHandle {
  let before = after;
  for (const [symbol, name] of Object.entries(SCHEDULES)) {
    before = program.resource(symbol, {
      type: `Microsoft.ContainerService/managedClusters/maintenanceConfigurations@${AKS_API_VERSION}`,
      concern: "cluster",
      name,
      parent: cluster,
      body: {
        properties: {
          maintenanceWindow: {
            schedule: { weekly: { dayOfWeek: settings.maintenanceDay, intervalWeeks: 1 } },
            durationHours: WINDOW_HOURS,
            startTime: settings.maintenanceTime,
            utcOffset: settings.maintenanceUtcOffset,
          },
        },
      },
      dependsOn: [before],
    });
  }
  return before;
}
