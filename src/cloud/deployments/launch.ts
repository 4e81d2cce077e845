import { idKey } from "../../azure/index.ts";
import type { Plan } from "../template/index.ts";
import { planTemplate } from "../template/index.ts";
import { type Engine, groupFacts, groupOf, surroundingsOf } from "./engine.ts";
import { execute } from "./execute.ts";
import { toFault } from "./failure.ts";
import { momentOf } from "./moment.ts";
import type { OperationRow } from "./operation.ts";
import { type DeploymentRecord, isActive } from "./record.ts";

/** Starts a deployment in the background. */
export function launch(engine: Engine, record: DeploymentRecord, plan: Plan, earlier: readonly OperationRow[] = []): void {
  const live = { runId: record.runId, canceled: false };
  engine.live.set(idKey(record.id), live);
  const context = { engine, caller: record.caller, find: plan.find, secureOutputs: new Map() };
  execute({ engine, record, plan, live, context, around: [], earlier, deployed: new Set() }).catch((error: unknown) => {
    // `execute` turns what goes wrong into the deployment's error; what comes here is its own bookkeeping failing, e.g. a full disk.
    toFault(error, engine.host);
  });
}

/** Takes up what was running before a restart: PUTs are idempotent, and steps that had ended are not repeated. */
export function resumeAll(engine: Engine): void {
  const { host, records, rows } = engine;
  for (const record of records.all().filter(isActive)) {
    if (records.get(record.id) === undefined) {
      // Its resource group is gone.
      rows.clear(record.id);
      records.remove(record.id);
    } else if (record.parent === undefined) {
      try {
        resume(engine, record);
      } catch (error) {
        endInterrupted(engine, record, toFault(error, host).message);
      }
    } else if (!isActive(records.get(record.parent) ?? record)) {
      endInterrupted(engine, record, "the deployment around it has ended");
    }
  }
}

function resume(engine: Engine, record: DeploymentRecord): void {
  if (record.hadSecrets) {
    endInterrupted(engine, record, "it was given secure parameters, which are not kept; deploy again");
    return;
  }
  const { caller, given, location, mode, name, runId, startedAt, target, template } = record;
  const group = groupOf(engine, target);
  const facts = { name, template, parameters: given, mode, ...(location === undefined ? {} : { location }) };
  const plan = planTemplate({
    template,
    given,
    target,
    surroundings: surroundingsOf(engine, caller, target, group && groupFacts(group), facts),
    moment: momentOf(runId, startedAt),
  });
  launch(engine, record, plan, engine.rows.list(record.id));
}

/** Ends a deployment, and those nested in it, that cannot go on. */
function endInterrupted(engine: Engine, record: DeploymentRecord, reason: string): void {
  const error = {
    code: "DeploymentInterrupted",
    target: record.id,
    message: `the deployment was interrupted by a restart and cannot go on: ${reason}`,
  };
  const end = (one: DeploymentRecord): void => {
    engine.records.save({ ...one, state: "Failed", endedAt: engine.host.clock.now(), error });
    for (const row of engine.rows.list(one.id)) {
      if (row.state === "Running") engine.rows.end(row, { state: "Failed", statusCode: "InternalServerError", error });
    }
    for (const child of engine.records.all())
      if (isActive(child) && child.parent !== undefined && idKey(child.parent) === idKey(one.id)) end(child);
  };
  end(record);
}
