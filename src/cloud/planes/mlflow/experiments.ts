import type { Resource } from "../../contract.ts";
import { exists, MlflowFault, missing } from "./fault.ts";
import { EXPERIMENTS, type Experiment, experimentKey, type Tags, type TrackingHost, workspaceKey } from "./records.ts";

/** Where clients log that never chose an experiment; it exists from the first look on. */
const DEFAULT = { id: "0", name: "Default" };

export function listExperiments(host: TrackingHost, workspace: Resource): Experiment[] {
  return host.store.list<Experiment>(EXPERIMENTS, `${workspaceKey(workspace)}/`).map(({ value }) => value);
}

export function findExperiment(host: TrackingHost, workspace: Resource, name: string): Experiment | undefined {
  const found = listExperiments(host, workspace).find((experiment) => experiment.name === name);
  return found ?? (name === DEFAULT.name ? write(host, workspace, fresh(host, DEFAULT)) : undefined);
}

export function getExperiment(host: TrackingHost, workspace: Resource, id: string): Experiment {
  const found = host.store.get<Experiment>(EXPERIMENTS, experimentKey(workspace, id));
  if (found !== undefined) return found;
  if (id === DEFAULT.id) return write(host, workspace, fresh(host, DEFAULT));
  throw missing(`experiment ${id}`);
}

export function createExperiment(host: TrackingHost, workspace: Resource, name: string, tags: Tags = {}): Experiment {
  if (findExperiment(host, workspace, name) !== undefined) throw exists(`experiment ${name}`);
  return write(host, workspace, { ...fresh(host, { id: host.newGuid(), name }), tags });
}

/** Changes a name, the tags or the lifecycle stage. A deleted experiment takes no other change than its restoration. */
export function updateExperiment(
  host: TrackingHost,
  workspace: Resource,
  id: string,
  change: Partial<Pick<Experiment, "name" | "tags" | "lifecycleStage">>,
): Experiment {
  const before = getExperiment(host, workspace, id);
  if (before.lifecycleStage === "deleted" && change.lifecycleStage === undefined)
    throw new MlflowFault("INVALID_STATE", `experiment ${id} is deleted; restore it first`);
  if (change.name !== undefined && change.name !== before.name && findExperiment(host, workspace, change.name) !== undefined)
    throw exists(`experiment ${change.name}`);
  return write(host, workspace, { ...before, ...change, updatedAt: host.clock.now() });
}

function fresh(host: TrackingHost, named: { id: string; name: string }): Experiment {
  const now = host.clock.now();
  return { ...named, lifecycleStage: "active", createdAt: now, updatedAt: now, tags: {} };
}

function write(host: TrackingHost, workspace: Resource, experiment: Experiment): Experiment {
  host.store.put(EXPERIMENTS, experimentKey(workspace, experiment.id), experiment);
  return experiment;
}
