import { cidrsOverlap, parseCidr } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { textAt, textsAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { SUBNET_TYPE } from "./api-versions.ts";

export const DEFAULT_SERVICE_CIDR = "10.0.0.0/16";

/** Services and pods have ranges of their own: neither may lie over a subnet of the nodes' network. The default one often does. */
export function checkServiceRange(host: CloudHost, cluster: Resource, subnet: Resource | undefined): void {
  if (subnet === undefined) return;
  const path = "properties.networkProfile";
  const ranges = [
    {
      name: "serviceCidr",
      text: textAt(cluster, `${path}.serviceCidr`) ?? DEFAULT_SERVICE_CIDR,
      code: "ServiceCidrOverlapExistingSubnetsCidr",
    },
    { name: "podCidr", text: textAt(cluster, `${path}.podCidr`), code: "PodCidrOverlapExistingSubnetsCidr" },
  ];
  const subnets = host.resources.below(parentOf(subnet.id), SUBNET_TYPE);
  for (const { name, text, code } of ranges) {
    const range = parseCidr(text ?? "");
    if (range === undefined) continue;
    for (const other of subnets) {
      const prefixes = [textAt(other, "properties.addressPrefix") ?? "", ...textsAt(other, "properties.addressPrefixes")];
      const clash = prefixes.map(parseCidr).find((taken) => taken !== undefined && cidrsOverlap(taken, range));
      if (clash === undefined) continue;
      throw badRequest(
        code,
        `${path}.${name}, ${range.text}, overlaps the subnet ${other.name}, ${clash.text}; choose a range outside of the network`,
        `networkProfile.${name}`,
      );
    }
  }
}
