import { type ModelVersion, registerModel, type Workspace } from "../arm/index.ts";
import type { PipelineContext } from "./context.ts";
import type { ModelPlan } from "./plan.ts";
import type { Training } from "./train.ts";

/** Registers what a training wrote, with its metrics, the hashes of its data and code, the run that made it, and the gate's word. */
export async function register(
  workspace: Workspace,
  plan: ModelPlan,
  training: Training,
  accepted: boolean,
  context: PipelineContext,
): Promise<ModelVersion> {
  const metrics = training.run.metrics;
  const model = await registerModel(
    workspace,
    {
      name: plan.release.model,
      uri: training.modelUri,
      job: training.job,
      description: plan.release.description,
      tags: { candidate: training.candidate, gate: accepted ? "accepted" : "refused" },
      properties: {
        ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`metric.${name}`, String(value)])),
        ...Object.fromEntries(Object.entries(training.data).map(([name, sha256]) => [`data.${name}.sha256`, sha256])),
        "code.sha256": training.codeSha256,
        "run.id": training.job,
      },
    },
    context.signal,
  );
  context.reporter.emit("model.registered", { name: model.name, version: model.version, metrics });
  return model;
}
