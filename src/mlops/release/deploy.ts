import {
  below,
  deleteDeployment,
  type Endpoint,
  findDeployment,
  findEndpoint,
  listDeployments,
  putEndpoint,
  type Workspace,
} from "../../arm/index.ts";
import { VerificationError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { parseReference } from "../files/common.ts";
import type { ModelPlan } from "../plan.ts";
import { type Scoring, score } from "../score.ts";

export async function ensureEndpoint(workspace: Workspace, plan: ModelPlan, context: PipelineContext): Promise<Endpoint> {
  const { value } = plan.endpoint;
  const existing = await findEndpoint(workspace, value.name, context.signal);
  if (existing?.state === "Succeeded") return existing;
  return putEndpoint(
    workspace,
    value.name,
    {
      location: workspace.location,
      identity: { type: "SystemAssigned" },
      kind: "Kubernetes",
      tags: value.tags,
      properties: {
        authMode: value.auth_mode === "key" ? "Key" : "AMLToken",
        compute: below(workspace, `computes/${parseReference(value.compute).name}`),
        ...(value.description === undefined ? {} : { description: value.description }),
        traffic: {},
      },
    },
    context.signal,
  );
}

/** The slot may hold the version before last, or what an interrupted release left; it has no traffic. */
export async function clearSlot(workspace: Workspace, endpoint: Endpoint, slot: string, context: PipelineContext): Promise<void> {
  const deployments = await listDeployments(workspace, endpoint.name, context.signal);
  if (deployments.some(({ name }) => name === slot)) await deleteDeployment(workspace, endpoint.name, slot, context.signal);
}

/** A minute past the longest that Azure ML gives a deployment. */
const MOST_WAIT_MS = 3_660_000;
const ON_ITS_WAY = ["Creating", "Updating", "Scaling"];

/** Waits for a deployment whose maker is gone; false when it is not there or has failed. */
export async function becomesReady(
  workspace: Workspace,
  endpoint: Endpoint,
  slot: string,
  { clock, pollMs, signal }: PipelineContext,
): Promise<boolean> {
  for (let waited = 0; waited < MOST_WAIT_MS; waited += pollMs) {
    const state = (await findDeployment(workspace, endpoint.name, slot, signal))?.state;
    if (state === "Succeeded") return true;
    if (state === undefined || !ON_ITS_WAY.includes(state)) return false;
    await clock.sleep(pollMs, signal);
  }
  return false;
}

export async function smokeTest(
  scoring: Scoring,
  deployment: string,
  bodies: readonly string[],
  requests: number,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < requests; at++) {
    const answer = await score(scoring, bodies[at % bodies.length] ?? "", deployment, signal);
    if (answer.status !== 200 || answer.deployment !== deployment) {
      const seen =
        answer.status === 200
          ? `was answered by ${answer.deployment || "nobody"}`
          : `got ${answer.status}: ${answer.body.slice(0, 200)}`;
      throw new VerificationError(`smoke test of ${deployment}: request ${at + 1} of ${requests} ${seen}`, [seen], {
        code: "mlops.smoke-test-failed",
      });
    }
  }
}
