import type { JsonObject } from "../../base/index.ts";
import { ArmFault, type ArmResponse } from "../contract.ts";
import type { Plan } from "../template/index.ts";
import { type Call, existing, POLLING } from "./call.ts";
import { type Engine, liveRun } from "./engine.ts";
import { canceled } from "./execute.ts";
import { launch } from "./launch.ts";
import { momentOf } from "./moment.ts";
import { dependenciesOf, newRecord, providersOf, shownParameters } from "./new-record.ts";
import { checkWithProviders, type Foreseen, foresee, type Proposal, planProposal, validatedResources } from "./preflight.ts";
import { type DeploymentRecord, isActive, presentDeployment } from "./record.ts";
import { type DeploymentRequest, readRequest } from "./request.ts";
import { keepResult } from "./results.ts";
import { templateHash } from "./template-hash.ts";
import { foreseeChanges } from "./what-if.ts";

export async function create(call: Call): Promise<ArmResponse> {
  const { engine, id, name, path, request } = call;
  refuseActive(engine, id);
  const { asked, foreseen, plan, proposal, runId } = await propose(call);
  refuseActive(engine, id);
  const before = engine.records.get(id);
  if (before?.location !== undefined && asked.location !== undefined && before.location !== asked.location) {
    throw new ArmFault(
      409,
      "InvalidDeploymentLocation",
      `the deployment '${name}' already exists in location '${before.location}'; use that location or another name`,
    );
  }
  const { caller, correlationId, apiVersion } = request;
  const record: DeploymentRecord = {
    ...newRecord(engine, {
      id,
      name,
      target: path.target,
      plan,
      given: asked.parameters,
      facts: proposal.facts,
      mode: asked.mode,
      apiVersion,
      correlationId,
      runId,
      caller,
      ...(asked.tags === undefined ? {} : { tags: asked.tags }),
    }),
    validatedResources: validatedResources(foreseen),
  };
  engine.host.store.transaction(() => {
    engine.rows.clear(id);
    engine.records.save(record);
    forgetOldest(engine, record);
  });
  launch(engine, record, plan);
  const url = `${engine.host.endpoints.arm}${id}/operationStatuses/${runId}?api-version=${apiVersion}`;
  return {
    status: before === undefined ? 201 : 200,
    headers: { "Azure-AsyncOperation": url, ...POLLING },
    body: presentDeployment(record, engine.host.clock.now()),
  };
}

export async function validate(call: Call): Promise<ArmResponse> {
  const { engine, id, name, path, request } = call;
  const { asked, foreseen, plan } = await propose(call);
  const now = new Date(engine.host.clock.now()).toISOString();
  const active = plan.resources.filter(({ condition, existing }) => condition && !existing);
  const properties: JsonObject = {
    templateHash: templateHash(asked.template),
    parameters: shownParameters(plan),
    mode: asked.mode,
    provisioningState: "Succeeded",
    timestamp: now,
    duration: "PT0S",
    correlationId: request.correlationId,
    providers: providersOf(active),
    dependencies: dependenciesOf(plan, active),
    validatedResources: validatedResources(foreseen),
  };
  const location = path.target.resourceGroup === undefined && asked.location !== undefined ? { location: asked.location } : {};
  return { status: 200, body: { id, name, type: "Microsoft.Resources/deployments", ...location, properties } };
}

export async function whatIf(call: Call): Promise<ArmResponse> {
  const { engine, id, request } = call;
  const { asked, foreseen, proposal } = await propose(call);
  const changes = foreseeChanges(engine, proposal, foreseen, asked.resultFormat);
  const token = engine.host.newGuid();
  const body = { status: "Succeeded", properties: { correlationId: request.correlationId, changes } };
  keepResult(engine.host.store, token, { deploymentId: id, status: 200, body, at: engine.host.clock.now() });
  return { status: 202, headers: resultHeaders(call, token, request.apiVersion) };
}

/** What runs is left to end by itself; nothing more is started. */
export function cancel(call: Call): ArmResponse {
  const { engine, id, name } = call;
  const record = existing(call);
  const run = liveRun(engine, id);
  if (run === undefined) {
    throw new ArmFault(
      409,
      "DeploymentCannotBeCancelled",
      `the deployment '${name}' is in state '${record.state}' and cannot be canceled`,
      { target: id },
    );
  }
  run.canceled = true;
  engine.records.save({ ...record, state: "Canceled", endedAt: engine.host.clock.now(), error: canceled(id).toError() });
  return { status: 204 };
}

export function remove(call: Call): ArmResponse {
  const { engine, id, request } = call;
  if (engine.records.get(id) === undefined) return { status: 204 };
  refuseActive(engine, id);
  const token = engine.host.newGuid();
  engine.host.store.transaction(() => {
    engine.rows.clear(id);
    engine.records.remove(id);
    keepResult(engine.host.store, token, { deploymentId: id, status: 204, at: engine.host.clock.now() });
  });
  return { status: 202, headers: resultHeaders(call, token, request.apiVersion) };
}

async function propose(
  call: Call,
): Promise<{ asked: DeploymentRequest; proposal: Proposal; plan: Plan; foreseen: Foreseen[]; runId: string }> {
  const { engine, id, name, path, request } = call;
  const asked = readRequest(request.text, path.target);
  const runId = engine.host.newGuid();
  const { location, mode, parameters, template } = asked;
  const proposal: Proposal = {
    id,
    target: path.target,
    caller: request.caller,
    given: parameters,
    mode,
    moment: momentOf(runId, engine.host.clock.now()),
    facts: { name, template, parameters, mode, ...(location === undefined ? {} : { location }) },
  };
  const plan = planProposal(engine, proposal);
  const foreseen = foresee(engine, proposal, plan);
  await checkWithProviders(engine, proposal, foreseen, asked.validationLevel);
  return { asked, proposal, plan, foreseen, runId };
}

function refuseActive(engine: Engine, id: string): void {
  if (liveRun(engine, id) === undefined) return;
  throw new ArmFault(409, "DeploymentActive", `the deployment '${id}' is active: wait for it to end, or cancel it`, {
    target: id,
  });
}

function resultHeaders({ engine, id }: Call, token: string, apiVersion: string): Record<string, string> {
  return { Location: `${engine.host.endpoints.arm}${id}/operationResults/${token}?api-version=${apiVersion}`, ...POLLING };
}

/** A scope keeps 800 deployments; ARM removes the oldest. */
const HISTORY = 800;

function forgetOldest({ records, rows }: Engine, { target }: DeploymentRecord): void {
  for (const record of records.at(target).slice(HISTORY)) {
    if (isActive(record)) continue;
    rows.clear(record.id);
    records.remove(record.id);
  }
}
