import { findEndpoint, listDeployments, openDocuments, type Workspace } from "../../arm/index.ts";
import { QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { newReleaseId, openJournal } from "./history.ts";
import { mirrorTo } from "./mirror-property.ts";
import { ENDED_TAG, modelsOf, readServing } from "./serving.ts";
import { moveTraffic } from "./traffic.ts";

export interface RolledBack {
  readonly from: string;
  readonly to: string;
  /** From the call to the service's word that the router has it. */
  readonly ms: number;
}

/**
 * Gives all traffic back: to the stable version while a release is under way, whose controller notices and leaves it so;
 * otherwise to the other deployment that is ready. It asks nobody but Azure Resource Manager: no image, no registry, no
 * lock, no store; the history is written when users are served again.
 */
export async function rollback(workspace: Workspace, endpointName: string, context: PipelineContext): Promise<RolledBack> {
  const started = performance.now();
  const [endpoint, deployments] = await Promise.all([
    findEndpoint(workspace, endpointName, context.signal),
    listDeployments(workspace, endpointName, context.signal),
  ]);
  if (endpoint === undefined)
    throw new QuaysideError(`endpoint ${endpointName} does not exist`, { code: "mlops.endpoint-not-found", fault: "user" });
  const { stable, candidate } = readServing(endpoint, deployments);
  const from = candidate?.name ?? stable ?? "nothing";
  const to =
    candidate === undefined ? deployments.find(({ name, state }) => name !== stable && state === "Succeeded")?.name : stable;
  if (to === undefined)
    throw new QuaysideError(`endpoint ${endpointName} has no other ready deployment to go back to`, {
      code: "mlops.nothing-to-roll-back-to",
      fault: "user",
    });
  const traffic = { [to]: 100 };
  const release = newReleaseId(context.clock.now(), `rollback-${context.newId()}`);
  const properties = candidate === undefined ? {} : mirrorTo(endpoint.properties, candidate.name, false);
  const change = { traffic, tags: { [ENDED_TAG]: release }, properties };
  await moveTraffic(workspace, endpointName, change, context, context.signal);
  const ms = performance.now() - started;
  context.reporter.emit("endpoint.traffic", { endpoint: endpointName, traffic });
  const models = modelsOf(deployments);
  await write(
    workspace,
    endpointName,
    release,
    { traffic, models },
    `${from} gave all traffic back to ${to} by command`,
    context,
  );
  return { from, to, ms };
}

async function write(
  workspace: Workspace,
  endpoint: string,
  release: string,
  change: { traffic: Record<string, number>; models: ReturnType<typeof modelsOf> },
  reason: string,
  context: PipelineContext,
): Promise<void> {
  try {
    const documents = await openDocuments(workspace, context.signal);
    const journal = openJournal(documents, endpoint, release, context);
    await journal.append("traffic", change, context.signal);
    await journal.append("ended", { outcome: "rolled-back", reason }, context.signal);
  } catch (error) {
    context.reporter.emit("warning", {
      code: "mlops.history-not-written",
      message: `the rollback is done, its history is not: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}
