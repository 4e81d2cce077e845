import type { Instance } from "./instance.ts";
import type { Deployment, Endpoint } from "./table.ts";

export interface Choice {
  readonly deployment: Deployment;
  readonly instance: Instance;
}

/**
 * By weight, for every request anew. A deployment whose instances all failed a moment ago is passed over while another
 * one is up. `random` is uniform in [0, 1).
 */
export function chooseDeployment({ live }: Endpoint, now: number, random: number): Deployment | undefined {
  const up = live.length > 1 ? live.filter(({ instances }) => instances.some(({ downUntil }) => downUntil <= now)) : live;
  const candidates = up.length > 0 ? up : live;
  let total = 0;
  for (const { weight } of candidates) total += weight;
  let rest = random * total;
  for (const deployment of candidates) {
    rest -= deployment.weight;
    if (rest < 0) return deployment;
  }
  return candidates.at(-1);
}

/** The least busy instance that is up; when none is, the one whose pause ends first, since refusing would help nobody. */
export function chooseInstance({ instances }: Deployment, now: number, avoid?: Instance): Instance | undefined {
  let best: Instance | undefined;
  for (const instance of instances) {
    if (instance === avoid) continue;
    if (best === undefined || isBetter(instance, best, now)) best = instance;
  }
  return best;
}

/**
 * Where a request goes that found its connection dead: another instance of its deployment, else another deployment that
 * gets live traffic (unless the caller asked for this one), else the same instance again, over a new connection.
 */
export function chooseAgain(endpoint: Endpoint, failed: Choice, pinned: boolean, now: number, random: number): Choice {
  // The table may have been replaced since: the deployment is looked up again.
  const same = endpoint.deployments.get(failed.deployment.name);
  const sibling = same === undefined ? undefined : chooseInstance(same, now, failed.instance);
  if (same !== undefined && sibling !== undefined && sibling.downUntil <= now) return { deployment: same, instance: sibling };
  if (!pinned) {
    const other = chooseDeployment(
      { ...endpoint, live: endpoint.live.filter(({ name }) => name !== failed.deployment.name) },
      now,
      random,
    );
    const instance = other === undefined ? undefined : chooseInstance(other, now, failed.instance);
    if (other !== undefined && instance !== undefined) return { deployment: other, instance };
  }
  return same !== undefined && sibling !== undefined ? { deployment: same, instance: sibling } : failed;
}

function isBetter(a: Instance, b: Instance, now: number): boolean {
  const aUp = a.downUntil <= now;
  const bUp = b.downUntil <= now;
  if (aUp !== bUp) return aUp;
  return aUp ? a.inFlight < b.inFlight : a.downUntil < b.downUntil;
}
