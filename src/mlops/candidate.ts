import type { ModelVersion, Workspace } from "../arm/index.ts";
import { step, VerificationError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";
import { judge, type Verdict } from "./gate.ts";
import type { ModelPlan } from "./plan.ts";
import { register } from "./register.ts";
import { findChampion } from "./release/serving.ts";
import { type Training, train } from "./train.ts";

/** A candidate that passed its gate. */
export interface Accepted {
  readonly training: Training;
  readonly verdict: Verdict;
  readonly model: ModelVersion;
}

/**
 * Trains a candidate, judges it against what serves now and registers it with the gate's word. A refused candidate is
 * a `VerificationError`; the endpoint was not touched.
 */
export async function trainCandidate(
  workspace: Workspace,
  plan: ModelPlan,
  candidate: ModelPlan["release"]["candidates"][number],
  context: PipelineContext,
): Promise<Accepted> {
  const { reporter, signal } = context;
  const training = await step(
    reporter,
    { step: "train", title: `train ${plan.release.model} (${candidate.name})` },
    () => train(workspace, plan, candidate, context),
    ({ run: { metrics } }) =>
      Object.entries(metrics)
        .slice(0, 3)
        .map(([name, value]) => `${name} ${Number(value.toFixed(4))}`)
        .join(", "),
  );
  const champion = await findChampion(workspace, plan.endpoint.value.name, signal);
  const verdict = await judge(workspace, plan.release, training, champion?.model, context);
  const model = await register(workspace, plan, training, verdict.accepted, context);
  reporter.emit("gate.decided", {
    model: model.name,
    version: model.version,
    accepted: verdict.accepted,
    reasons: verdict.reasons,
  });
  if (!verdict.accepted) {
    const findings = verdict.reasons.filter((reason) => reason.startsWith("refused"));
    throw new VerificationError(`the gate refuses ${model.name}:${model.version}; the endpoint is as it was`, findings, {
      code: "mlops.candidate-refused",
    });
  }
  return { training, verdict, model };
}
