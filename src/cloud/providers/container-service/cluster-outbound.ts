import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { objectsAt, textAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";

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
  const table = host.resources.ofType("Microsoft.Network/routeTables").find(({ id }) => idKey(id) === idKey(tableId));
  const routes = objectsAt(table, "properties.routes").map((route) => textAt(route, "properties.addressPrefix"));
  if (!routes.includes("0.0.0.0/0"))
    throw badRequest(
      "InvalidUserDefinedRouting",
      `route table ${tableId} has no route for 0.0.0.0/0; userDefinedRouting needs one`,
    );
}
