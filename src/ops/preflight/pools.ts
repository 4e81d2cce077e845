import { type NodePool, nodePools } from "../../azure/index.ts";
import type { Ask, Wanted } from "./ask.ts";

/** Machines that a deployment adds. Pools that are there with the same size stay as they are; `holders` are the types whose bodies list them. */
export async function newPools(ask: Ask, types: readonly string[], holders = types): Promise<NodePool[]> {
  const there = new Set<string>();
  for (const holder of holders.flatMap((type) => ask.ofType(type))) {
    const body = await ask.current(holder);
    if (body === undefined) continue;
    for (const pool of nodePools({ ...holder, body })) there.add(poolKey(holder, pool));
  }
  const wanted = types.flatMap((type) => ask.ofType(type));
  return wanted.flatMap((resource) => nodePools(resource).filter((pool) => !there.has(poolKey(resource, pool))));
}

const poolKey = (resource: Wanted, { name, size }: NodePool) => `${parentOf(resource)}/${name}/${size}`.toLowerCase();
const parentOf = ({ name }: Wanted) => name.split("/")[0] ?? "";
