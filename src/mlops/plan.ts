import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonValue } from "../base/index.ts";
import { EXIT, QuaysideError } from "../report/index.ts";
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
  /** JSON bodies that the model must be able to answer: the smoke test and the load send them. */
  readonly sampleRequests: readonly string[];
}

/** Throws diagnostics naming file, line and key of everything that is wrong. */
export async function loadModelPlan(folder: string): Promise<ModelPlan> {
  const { value: release } = await loadYaml(join(folder, "release.yml"), releasePlan);
  const [job, endpoint, deployment] = await Promise.all([
    loadYaml(join(folder, release.job), commandJob, UNSUPPORTED_IN_JOB),
    loadYaml(join(folder, release.endpoint), onlineEndpoint, UNSUPPORTED_IN_ENDPOINT),
    loadYaml(join(folder, release.deployment), onlineDeployment, UNSUPPORTED_IN_DEPLOYMENT),
  ]);
  return {
    folder,
    release,
    job,
    endpoint,
    deployment,
    sampleRequests: await readRequests(join(folder, release.rollout.requests)),
  };
}

async function readRequests(file: string): Promise<string[]> {
  const bad = (cause?: unknown) =>
    new QuaysideError(`${file} must hold a JSON array of request bodies`, {
      code: "files.invalid",
      fault: "user",
      exitCode: EXIT.diagnostics,
      cause,
    });
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw bad(cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(cause);
  }
  if (!Array.isArray(value) || value.length === 0) throw bad();
  return value.map((body: JsonValue) => JSON.stringify(body));
}
