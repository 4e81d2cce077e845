import type { CloudHost, Resource } from "../../contract.ts";
import { textAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { defaultRoute, missingForWayOut } from "../network/index.ts";

/** Two ways out of the cluster lean on what the node subnet has; AKS looks before it makes anything. */
export function checkOutbound(host: CloudHost, cluster: Resource, subnet: Resource | undefined): void {
  if (subnet === undefined) return;
  const way = textAt(cluster, "properties.networkProfile.outboundType");
  if (way === "userAssignedNATGateway" && textAt(subnet, "properties.natGateway.id") === undefined) {
    throw badRequest(
      "InvalidUserAssignedNATGateway",
      `properties.networkProfile.outboundType is userAssignedNATGateway, but subnet ${subnet.id} has no natGateway`,
    );
  }
  if (way !== "userDefinedRouting") return;
  const tableId = textAt(subnet, "properties.routeTable.id");
  if (tableId === undefined) {
    throw badRequest(
      "ExistingRouteTableNotAssociatedWithSubnet",
      `properties.networkProfile.outboundType is userDefinedRouting, but subnet ${subnet.id} has no routeTable`,
    );
  }
  if (defaultRoute(host, subnet) === undefined)
    throw badRequest(
      "InvalidUserDefinedRouting",
      `route table ${tableId} has no route for 0.0.0.0/0; userDefinedRouting needs one`,
    );
}

/** What a node has to reach before it can join its cluster. */
const NEEDED_BY_NODES = ["mcr.microsoft.com", "management.azure.com", "login.microsoftonline.com", "packages.microsoft.com"];

/** Nodes that find no way out never become ready, and AKS gives up on the pool. */
export function checkReach(host: CloudHost, cluster: Resource | undefined, subnetIds: readonly string[]): void {
  if (textAt(cluster, "properties.networkProfile.outboundType") !== "userDefinedRouting") return;
  for (const subnetId of new Set(subnetIds)) {
    const subnet = host.resources.get(subnetId);
    if (subnet === undefined) continue;
    for (const name of NEEDED_BY_NODES) {
      const missing = missingForWayOut(host, subnet, name);
      if (missing !== undefined)
        throw badRequest(
          "VMExtensionError_OutboundConnFail",
          `nodes in ${subnetId} cannot establish outbound connections (exit status 50): ${missing}`,
        );
    }
  }
}
