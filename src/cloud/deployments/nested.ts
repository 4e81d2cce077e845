import { idKey } from "../../azure/index.ts";
import { ArmFault } from "../contract.ts";
import { evaluateNestedParameters, type NestedDeployment, type PlannedResource, planTemplate } from "../template/index.ts";
import { groupFacts, groupOf, liveRun, requirePermission, requireScope, surroundingsOf } from "./engine.ts";
import { canceled, type Execution, execute, isCanceled } from "./execute.ts";
import { momentOf } from "./moment.ts";
import { newRecord } from "./new-record.ts";
import { evaluateDeployed, type RuntimeContext } from "./runtime.ts";

/** A nested deployment is a deployment of its own: with a record, operations and outputs. */
export async function runNested(around: Execution, resource: PlannedResource, nested: NestedDeployment): Promise<void> {
  const { context, engine } = around;
  const { id, name } = resource;
  requireScope(engine, nested.target);
  requirePermission(engine, context.caller, "Microsoft.Resources/deployments/write", id);
  if (liveRun(engine, id) !== undefined) {
    throw new ArmFault(409, "DeploymentActive", `the deployment '${id}' is active: wait for it to end, or cancel it`, {
      target: id,
    });
  }
  const given = nested.inner
    ? await evaluateDeployed(context, (runtime) =>
        evaluateNestedParameters(nested, resource.scope, runtime, `resources '${resource.key}'`),
      )
    : {};
  const group = groupOf(engine, nested.target);
  const facts = {
    name,
    template: nested.template,
    parameters: given,
    mode: "Incremental",
    ...(nested.location === undefined ? {} : { location: nested.location }),
  };
  const runId = engine.host.newGuid();
  const earlier = around.earlier.length > 0 ? engine.rows.list(id) : [];
  const plan = planTemplate({
    template: nested.template,
    given,
    target: nested.target,
    surroundings: surroundingsOf(engine, context.caller, nested.target, group && groupFacts(group), facts),
    moment: momentOf(runId, engine.host.clock.now()),
    ...(nested.inner ? {} : { outer: resource.scope }),
  });
  const record = newRecord(engine, {
    id,
    name,
    target: nested.target,
    plan,
    given,
    facts,
    mode: "Incremental",
    apiVersion: resource.apiVersion,
    correlationId: around.record.correlationId,
    runId,
    caller: context.caller,
    parent: around.record.id,
  });
  if (earlier.length === 0) engine.rows.clear(id);
  engine.records.save(record);
  const live = { runId, canceled: false };
  engine.live.set(idKey(id), live);
  const inner: RuntimeContext = { ...context, find: (text) => own(plan.find(text), nested.inner ? [] : context.find(text)) };
  const execution: Execution = {
    engine,
    record,
    plan,
    live,
    context: inner,
    around: [...around.around, around.live],
    earlier,
    deployed: new Set(),
  };
  const fault = await execute(execution);
  for (const deployed of execution.deployed) around.deployed.add(deployed);
  if (fault !== undefined) throw fault;
  if (isCanceled(execution)) throw canceled(id);
}

const own = (found: readonly PlannedResource[], outer: readonly PlannedResource[]) => (found.length > 0 ? found : outer);
