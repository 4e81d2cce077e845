import { join } from "node:path";
import {
  type OnlineDeployment,
  type OnlineEndpoint,
  onlineDeployment,
  onlineEndpoint,
  UNSUPPORTED_IN_DEPLOYMENT,
  UNSUPPORTED_IN_ENDPOINT,
} from "./files/endpoint.ts";
import { type CommandJob, commandJob, UNSUPPORTED_IN_JOB } from "./files/job.ts";
import { type ReleasePlan, releasePlan } from "./files/release.ts";
import { type Loaded, loadYaml } from "./files/yaml.ts";

/** A model's folder, read and checked: release.yml and the Azure ML files that it names. */
export interface ModelPlan {
  readonly folder: string;
  readonly release: ReleasePlan;
  readonly job: Loaded<CommandJob>;
  readonly endpoint: Loaded<OnlineEndpoint>;
  readonly deployment: Loaded<OnlineDeployment>;
}

/** Throws diagnostics naming file, line and key of everything that is wrong. */
export async function loadModelPlan(folder: string): Promise<ModelPlan> {
  const { value: release } = await loadYaml(join(folder, "release.yml"), releasePlan);
  const [job, endpoint, deployment] = await Promise.all([
    loadYaml(join(folder, release.job), commandJob, UNSUPPORTED_IN_JOB),
    loadYaml(join(folder, release.endpoint), onlineEndpoint, UNSUPPORTED_IN_ENDPOINT),
    loadYaml(join(folder, release.deployment), onlineDeployment, UNSUPPORTED_IN_DEPLOYMENT),
  ]);
  return { folder, release, job, endpoint, deployment };
}
