import { idKey } from "../../azure/index.ts";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import { evaluateOutputs, outputExpressions, type Plan, type PlannedResource, referencedKeys } from "../template/index.ts";
import { deleteUnlisted } from "./complete-mode.ts";
import { type Engine, type LiveRun, liveRun, nameOfId, typeOfId } from "./engine.ts";
import { deploymentFailed, stepError, toFault } from "./failure.ts";
import { runGraph } from "./graph.ts";
import { runNested } from "./nested.ts";
import { type OperationRow, statusName } from "./operation.ts";
import type { DeploymentRecord } from "./record.ts";
import { redact, secretTexts } from "./redact.ts";
import { deployResource, readExisting } from "./resource.ts";
import { evaluateDeployed, type RuntimeContext } from "./runtime.ts";

/** A deployment on its way, together with what it shares with those nested in it. */
export interface Execution {
  readonly engine: Engine;
  readonly record: DeploymentRecord;
  readonly plan: Plan;
  readonly live: LiveRun;
  readonly context: RuntimeContext;
  /** Deployments around this one, innermost last; when one is canceled, so is this. */
  readonly around: readonly LiveRun[];
  /** Steps that a run before a restart has left. */
  readonly earlier: readonly OperationRow[];
  /** Ids of everything deployed, here and in nested deployments. */
  readonly deployed: Set<string>;
}

/** Runs a deployment to its end and keeps the result; gives the fault that it ended with. */
export async function execute(execution: Execution): Promise<ArmFault | undefined> {
  const { engine, record } = execution;
  update(execution, { state: "Running" });
  try {
    const fault = await runSteps(execution);
    if (engine.stopping.aborted) return fault;
    if (isCanceled(execution)) {
      const error = canceled(record.id).toError();
      update(execution, { state: "Canceled", endedAt: engine.host.clock.now(), error });
      return canceled(record.id);
    }
    if (fault !== undefined)
      update(execution, { state: "Failed", endedAt: engine.host.clock.now(), error: withoutSecrets(execution, fault.toError()) });
    return fault;
  } finally {
    if (liveRun(engine, record.id) === execution.live) engine.live.delete(idKey(record.id));
  }
}

export const isCanceled = ({ around, live }: Execution) => live.canceled || around.some((run) => run.canceled);

async function runSteps(execution: Execution): Promise<ArmFault | undefined> {
  const { engine, plan, record } = execution;
  try {
    const failures = await runGraph(
      wantedResources(plan),
      (resource) => step(execution, resource),
      () => !isCanceled(execution) && !engine.stopping.aborted,
    );
    if (engine.stopping.aborted || isCanceled(execution)) return undefined;
    if (failures.length > 0) {
      const details = failures.map(({ error, task }) =>
        stepError(toFault(error, engine.host), task.id, engine.host.resources.get(task.id)),
      );
      return deploymentFailed(record.id, details);
    }
    const { shown, secret } = await finishOutputs(execution);
    if (record.mode === "Complete") await deleteUnlisted(execution);
    if (Object.keys(secret).length > 0) execution.context.secureOutputs.set(idKey(record.id), secret);
    if (isCanceled(execution)) return undefined;
    const outputResources = [...execution.deployed].sort().map((id) => ({ id }));
    update(execution, { state: "Succeeded", endedAt: engine.host.clock.now(), outputs: shown, outputResources });
    return undefined;
  } catch (error) {
    return toFault(error, engine.host);
  }
}

/** Existing resources are read only when something refers to them; those whose condition is false are left out. */
function wantedResources(plan: Plan): PlannedResource[] {
  const active = plan.resources.filter(({ condition }) => condition);
  const referred = new Set(active.flatMap(({ dependsOn }) => dependsOn));
  for (const key of referencedKeys(outputExpressions(plan), plan.scope, plan.find)) referred.add(key);
  return active.filter(({ existing, key }) => !existing || referred.has(key));
}

async function step(execution: Execution, resource: PlannedResource): Promise<void> {
  const { deployed, earlier, engine, record } = execution;
  const target = {
    id: resource.id,
    resourceType: typeOfId(resource.id),
    resourceName: nameOfId(resource.id),
    ...(resource.symbol === undefined ? {} : { symbolicName: resource.key }),
  };
  const before = earlier.find((row) => row.resource !== undefined && idKey(row.resource.id) === idKey(resource.id));
  if (before?.state === "Succeeded" && resource.nested === undefined) {
    if (before.provisioningOperation === "Create") deployed.add(resource.id);
    return;
  }
  const isRead =
    resource.existing ||
    (resource.onlyIfNotExists && engine.host.resources.get(resource.id) !== undefined && before === undefined);
  const row = before ?? engine.rows.start(record.id, { provisioningOperation: isRead ? "Read" : "Create", resource: target });
  try {
    const created = engine.host.resources.get(resource.id) === undefined;
    if (isRead) readExisting(execution, resource);
    else if (resource.nested !== undefined) await runNested(execution, resource, resource.nested);
    else await deployResource(execution, resource, before !== undefined);
    if (!resource.existing) deployed.add(resource.id);
    if (engine.stopping.aborted) return;
    engine.rows.end(row, { state: "Succeeded", statusCode: created && !isRead ? "Created" : "OK" });
  } catch (error) {
    if (engine.stopping.aborted) throw error;
    const fault = toFault(error, engine.host);
    engine.rows.end(row, {
      state: fault.code === "DeploymentCanceled" && isCanceled(execution) ? "Canceled" : "Failed",
      statusCode: statusName(fault.status),
      error: withoutSecrets(execution, stepError(fault, resource.id, engine.host.resources.get(resource.id))),
    });
    throw fault;
  }
}

/** Outputs as they are shown, and those that are secret, by name. */
async function finishOutputs(execution: Execution): Promise<{ shown: JsonObject; secret: JsonObject }> {
  const { context, engine, plan, record } = execution;
  if (plan.template.outputs.length === 0) return { shown: {}, secret: {} };
  const row = engine.rows.start(record.id, { provisioningOperation: "EvaluateDeploymentOutput" });
  try {
    const outputs = [...(await evaluateDeployed(context, (runtime) => evaluateOutputs(plan, runtime)))];
    engine.rows.end(row, { state: "Succeeded", statusCode: "OK" });
    const entry = (type: string, value?: JsonValue): JsonObject => ({ type, ...(value === undefined ? {} : { value }) });
    return {
      shown: Object.fromEntries(
        outputs.map(([name, { secure, type, value }]) => [name, secure ? entry(secureName(type)) : entry(type, value)]),
      ),
      secret: Object.fromEntries(
        outputs.filter(([, { secure }]) => secure).map(([name, { type, value }]) => [name, entry(type, value)]),
      ),
    };
  } catch (error) {
    const inner = toFault(error, engine.host).toError();
    const names = plan.template.outputs.map(({ name }) => name).join(", ");
    const fault = new ArmFault(
      400,
      "DeploymentOutputEvaluationFailed",
      `the template outputs '${names}' could not be evaluated`,
      {
        target: record.id,
        details: [inner],
      },
    );
    engine.rows.end(row, {
      state: "Failed",
      statusCode: statusName(fault.status),
      error: withoutSecrets(execution, fault.toError()),
    });
    throw fault;
  }
}

/** Providers and expressions may quote a value that they refuse; a secure one is not kept. */
function withoutSecrets({ plan }: Execution, error: JsonObject): JsonObject {
  return redact(error, secretTexts(plan)) as JsonObject;
}

const secureName = (type: string) => (type.startsWith("Secure") ? type : `Secure${type}`);

/** Keeps a change of the record, unless a later run of the same name or a cancel has taken its place. */
function update({ engine, live, record }: Execution, change: Partial<DeploymentRecord>): void {
  const current = engine.records.get(record.id);
  if (current === undefined || current.runId !== live.runId || live.canceled) return;
  engine.records.save({ ...current, ...change });
}

export function canceled(deploymentId: string): ArmFault {
  return new ArmFault(409, "DeploymentCanceled", "the deployment was canceled", { target: deploymentId });
}
