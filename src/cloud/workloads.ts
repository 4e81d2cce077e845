import { idKey } from "../azure/index.ts";
import type { Workload, Workloads } from "./contract.ts";

/** Who runs processes tells of them when asked; who shows them hears of changes. */
export function createWorkloads(): Workloads {
  const sources: (() => readonly Workload[])[] = [];
  let judge: Parameters<Workloads["judge"]>[0] = async () => undefined;
  const listeners = new Set<(clusterId: string) => void>();
  return {
    provide: (source) => void sources.push(source),
    of: (clusterId) => sources.flatMap((source) => source()).filter(({ cluster }) => idKey(cluster) === idKey(clusterId)),
    changed(clusterId) {
      for (const listener of listeners) listener(clusterId);
    },
    refusal: (request) => judge(request),
    judge(by) {
      judge = by;
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
