import { type Instance, isUp } from "./instance.ts";
import { attraction, hash } from "./sticky.ts";
import type { Deployment, Endpoint } from "./table.ts";

export interface Choice {
  readonly deployment: Deployment;
  readonly instance: Instance;
}

/** Decides by weight: a number uniform in [0, 1) for this request alone, or a key whose requests stay together. */
export type Draw = number | string;

/** By weight. A deployment whose instances are all down is passed over while another one is up. */
export function chooseDeployment({ live }: Pick<Endpoint, "live">, now: number, draw: Draw): Deployment | undefined {
  if (live.length < 2) return live[0];
  const isReachable = ({ instances }: Deployment) => instances.some((instance) => isUp(instance, now));
  const up = live.every(isReachable) ? live : live.filter(isReachable);
  const candidates = up.length > 0 ? up : live;
  return typeof draw === "string" ? mostAttracted(candidates, draw) : byWeight(candidates, draw);
}

function byWeight(candidates: readonly Deployment[], random: number): Deployment | undefined {
  let total = 0;
  for (const { weight } of candidates) total += weight;
  let rest = random * total;
  for (const deployment of candidates) {
    rest -= deployment.weight;
    if (rest < 0) return deployment;
  }
  return candidates.at(-1);
}

function mostAttracted(candidates: readonly Deployment[], key: string): Deployment | undefined {
  const keyHash = hash(key);
  let best: Deployment | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const deployment of candidates) {
    const pull = attraction(keyHash, deployment.salt, deployment.weight);
    if (pull <= most) continue;
    best = deployment;
    most = pull;
  }
  return best;
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
export function chooseAgain(endpoint: Endpoint, failed: Choice, pinned: boolean, now: number, draw: Draw): Choice {
  // The table may have been replaced since: the deployment is looked up again.
  const same = endpoint.deployments.get(failed.deployment.name);
  const sibling = same === undefined ? undefined : chooseInstance(same, now, failed.instance);
  if (same !== undefined && sibling !== undefined && isUp(sibling, now)) return { deployment: same, instance: sibling };
  if (!pinned) {
    const live = endpoint.live.filter(({ name }) => name !== failed.deployment.name);
    const other = chooseDeployment({ live }, now, draw);
    const instance = other === undefined ? undefined : chooseInstance(other, now, failed.instance);
    if (other !== undefined && instance !== undefined) return { deployment: other, instance };
  }
  return same !== undefined && sibling !== undefined ? { deployment: same, instance: sibling } : failed;
}

function isBetter(a: Instance, b: Instance, now: number): boolean {
  const aUp = isUp(a, now);
  if (aUp !== isUp(b, now)) return aUp;
  if (a.healthy !== b.healthy) return a.healthy;
  return aUp ? a.inFlight < b.inFlight : a.downUntil < b.downUntil;
}
