import { findResourceGroup } from "../../arm/index.ts";
import { parseResourceId } from "../../azure/index.ts";
import { foreignGroup, isOwn } from "../resource-group.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** A group that is there and is not Quayside's: what is in it, and its tags, are somebody else's. */
export async function foreignResourceGroup({ client, wanted, signal }: Ask): Promise<Finding[]> {
  const names = new Set(wanted.map(({ id }) => parseResourceId(id)?.resourceGroup).filter((name) => name !== undefined));
  const groups = await Promise.all([...names].map((name) => findResourceGroup(client, name, signal)));
  return groups.flatMap((group) => (group === undefined || isOwn(group) ? [] : [foreignGroup(group)]));
}
