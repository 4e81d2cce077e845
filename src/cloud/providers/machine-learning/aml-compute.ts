import { vmSize } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource } from "../../contract.ts";
import { numberAt, objectAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { commonProperties } from "./compute-properties.ts";

/** A managed cluster of virtual machines, which scales by update and keeps its size. */
export function admitAmlCompute(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  const before = objectAt(previous, "properties.properties");
  const properties = withDefaults(objectAt(body, "properties.properties"), previous === undefined ? {} : before);
  const size = requireText({ properties }, "properties.vmSize", "BadRequest");
  if (vmSize(size) === undefined)
    throw badRequest(
      "BadRequest",
      `properties.properties.vmSize is ${size}; no such size is known`,
      "properties.properties.vmSize",
    );
  for (const fixed of ["vmSize", "vmPriority", "osType"])
    if (previous !== undefined && textAt(before, fixed)?.toLowerCase() !== textAt(properties, fixed)?.toLowerCase())
      throw badRequest(
        "BadRequest",
        `properties.properties.${fixed} of compute ${change.name} cannot change after creation`,
        `properties.properties.${fixed}`,
      );
  requireOneOf({ properties }, "properties.vmPriority", ["Dedicated", "LowPriority"], "BadRequest");
  requireOneOf({ properties }, "properties.osType", ["Linux"], "BadRequest");
  requireBetween({ properties }, "properties.scaleSettings.maxNodeCount", 0, 1000, "BadRequest");
  requireBetween({ properties }, "properties.scaleSettings.minNodeCount", 0, 1000, "BadRequest");
  const [least, most] = [
    numberAt(properties, "scaleSettings.minNodeCount") ?? 0,
    numberAt(properties, "scaleSettings.maxNodeCount"),
  ];
  if (most === undefined)
    throw badRequest("BadRequest", "properties.properties.scaleSettings.maxNodeCount is missing; it is required");
  if (least > most)
    throw badRequest(
      "BadRequest",
      `properties.properties.scaleSettings.minNodeCount is ${least}, more than maxNodeCount ${most}`,
    );
  const subnet = textAt(properties, "subnet.id");
  if (subnet !== undefined)
    referenced(
      host,
      change,
      subnet,
      "Microsoft.Network/virtualNetworks/subnets",
      "properties.properties.subnet.id",
      "BadRequest",
    );
  const completed = withDefaults(properties, {
    vmPriority: "Dedicated",
    osType: "Linux",
    scaleSettings: { minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT120S" },
    remoteLoginPortPublicAccess: "NotSpecified",
    enableNodePublicIp: true,
  });
  const idle = {
    idleNodeCount: least,
    leavingNodeCount: 0,
    preemptedNodeCount: 0,
    preparingNodeCount: 0,
    runningNodeCount: 0,
    unusableNodeCount: 0,
  };
  const state = { allocationState: "Steady", currentNodeCount: least, targetNodeCount: least, nodeStateCounts: idle };
  return {
    ...body,
    properties: { ...body.properties, ...commonProperties(body, false), properties: { ...completed, ...state } },
  };
}
