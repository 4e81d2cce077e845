import type { TypeSpec } from "../../contract.ts";
import { at, requireBetween, requireText } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { AKS_API_VERSIONS } from "./api-versions.ts";

const WEEKLY = "properties.maintenanceWindow.schedule.weekly";
const SCHEDULES = ["daily", "weekly", "absoluteMonthly", "relativeMonthly"];

export const maintenanceConfigurations: TypeSpec = {
  type: "managedClusters/maintenanceConfigurations",
  apiVersions: AKS_API_VERSIONS,
  location: "inherited",
  name: {
    pattern: /^(default|aksManagedAutoUpgradeSchedule|aksManagedNodeOSUpgradeSchedule)$/,
    words: "default, aksManagedAutoUpgradeSchedule or aksManagedNodeOSUpgradeSchedule",
  },
  status: { created: 201, updated: 200, deleted: 200 },
  admit({ name, body }) {
    const window = at(body, "properties.maintenanceWindow");
    if (window === undefined) {
      if (name !== "default")
        throw badRequest("InvalidParameter", `${name} needs properties.maintenanceWindow`, "properties.maintenanceWindow");
      return body;
    }
    requireBetween(body, "properties.maintenanceWindow.durationHours", 4, 24, "InvalidParameter");
    const start = requireText(body, "properties.maintenanceWindow.startTime", "InvalidParameter");
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(start))
      throw badRequest("InvalidParameter", `startTime is ${start}; write hh:mm`, "properties.maintenanceWindow.startTime");
    const given = SCHEDULES.filter((kind) => at(body, `properties.maintenanceWindow.schedule.${kind}`) !== undefined);
    if (given.length !== 1)
      throw badRequest("InvalidParameter", `schedule has ${given.length} of ${SCHEDULES.join(", ")}; exactly one is needed`);
    if (name === "default" && given[0] !== "weekly")
      throw badRequest("InvalidParameter", `schedule of default is ${given[0]}; AKS's releases are weekly`, WEEKLY);
    return body;
  },
};
