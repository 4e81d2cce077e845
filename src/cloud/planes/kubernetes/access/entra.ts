import { isObject } from "../../../../base/index.ts";
import { objectAt } from "../../../providers/common/body.ts";
import type { Cluster } from "../cluster/cluster.ts";

export function usesEntra({ resource }: Pick<Cluster, "resource">): boolean {
  return isObject(resource.properties.aadProfile) && Object.keys(objectAt(resource, "properties.aadProfile")).length > 0;
}
