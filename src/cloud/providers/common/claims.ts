import type { CloudHost } from "../../contract.ts";

const held = new WeakMap<CloudHost, Map<string, string>>();

/**
 * Takes a key (of `idKey`) for one writer until the event loop turns; by then its PUT is stored and shows as busy. Closes
 * the gap between two PUTs that arrive in the same turn, as those of one template do. False when somebody else has it.
 */
export function claim(host: CloudHost, key: string, owner: string): boolean {
  const claims = held.get(host) ?? new Map<string, string>();
  held.set(host, claims);
  const holder = claims.get(key);
  if (holder !== undefined) return holder === owner;
  claims.set(key, owner);
  setImmediate(() => claims.delete(key));
  return true;
}
