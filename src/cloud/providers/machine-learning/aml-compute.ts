import type { Change, CloudHost, Resource } from "../../contract.ts";
import { numberAt, objectAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { privateEndpointsOf } from "../network/index.ts";
import { commonProperties } from "./compute-properties.ts";
import { trainingSizes } from "./vm-sizes.ts";

/** What only the service writes; a client sends back what it read. */
const READ_ONLY = ["allocationState", "currentNodeCount", "targetNodeCount", "nodeStateCounts", "errors"];

const PATH = "properties.properties";

/** A managed cluster of virtual machines, which scales by update and keeps its size. */
export function admitAmlCompute(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  const before = objectAt(previous, PATH);
  const given = Object.entries(objectAt(body, PATH)).filter(([name]) => !READ_ONLY.includes(name));
  const properties = withDefaults(Object.fromEntries(given), before);
  const size = requireText(properties, "vmSize", "BadRequest", PATH);
  if (!trainingSizes().some(([name]) => name.toLowerCase() === size.toLowerCase()))
    throw badRequest(
      "InvalidPropertyValue",
      `${PATH}.vmSize is ${size}, which is no size of training clusters`,
      `${PATH}.vmSize`,
    );
  for (const fixed of ["vmSize", "vmPriority", "osType"])
    if (previous !== undefined && textAt(before, fixed)?.toLowerCase() !== textAt(properties, fixed)?.toLowerCase())
      throw badRequest(
        "BadRequest",
        `${PATH}.${fixed} of compute ${change.name} cannot change after creation`,
        `${PATH}.${fixed}`,
      );
  requireOneOf(properties, "vmPriority", ["Dedicated", "LowPriority"], "BadRequest", PATH);
  requireOneOf(properties, "osType", ["Linux"], "BadRequest", PATH);
  requireBetween(properties, "scaleSettings.maxNodeCount", 0, 1000, "BadRequest", PATH);
  requireBetween(properties, "scaleSettings.minNodeCount", 0, 1000, "BadRequest", PATH);
  const [least, most] = [
    numberAt(properties, "scaleSettings.minNodeCount") ?? 0,
    numberAt(properties, "scaleSettings.maxNodeCount"),
  ];
  if (most === undefined) throw badRequest("BadRequest", `${PATH}.scaleSettings.maxNodeCount is missing; it is required`);
  if (least > most)
    throw badRequest("BadRequest", `${PATH}.scaleSettings.minNodeCount is ${least}, more than maxNodeCount ${most}`);
  const subnet = textAt(properties, "subnet.id");
  if (subnet !== undefined)
    referenced(host, change, subnet, "Microsoft.Network/virtualNetworks/subnets", `${PATH}.subnet.id`, "BadRequest");
  const completed = withDefaults(properties, {
    vmPriority: "Dedicated",
    osType: "Linux",
    scaleSettings: { minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT120S" },
    remoteLoginPortPublicAccess: "NotSpecified",
    enableNodePublicIp: true,
  });
  if (subnet !== undefined && completed.enableNodePublicIp === false) requireWayToWorkspace(host, change);
  return { ...body, properties: { ...body.properties, ...commonProperties(body, false), properties: completed } };
}

/** Nodes without a public address speak to Azure ML through the workspace's private endpoint, or through its managed network. */
function requireWayToWorkspace(host: CloudHost, { id, preflight }: Change): void {
  const workspaceId = parentOf(id);
  const isolation = textAt(host.resources.get(workspaceId) ?? {}, "properties.managedNetwork.isolationMode");
  const hasManagedNetwork = isolation !== undefined && isolation !== "Disabled";
  if (preflight === true || hasManagedNetwork || privateEndpointsOf(host, workspaceId, "amlworkspace").length > 0) return;
  throw badRequest(
    "UserError",
    "enableNodePublicIp false requires a private endpoint of the workspace; make one, or give the nodes public addresses",
    `${PATH}.enableNodePublicIp`,
  );
}
