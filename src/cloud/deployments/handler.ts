import { idKey } from "../../azure/index.ts";
import { isObject, type JsonObject } from "../../base/index.ts";
import { ArmFault, type ArmHandler, type ArmRequest, type ArmResponse } from "../contract.ts";
import type { Plan } from "../template/index.ts";
import { parseBody } from "../template/index.ts";
import { type Engine, liveRun, requirePermission, requireScope } from "./engine.ts";
import { canceled } from "./execute.ts";
import { launch } from "./launch.ts";
import { momentOf } from "./moment.ts";
import { dependenciesOf, newRecord, providersOf, shownParameters, templateHash } from "./new-record.ts";
import { presentOperation } from "./operation.ts";
import { checkWithProviders, type Foreseen, foresee, type Proposal, planProposal, validatedResources } from "./preflight.ts";
import { type DeploymentRecord, deploymentId, isActive, presentDeployment } from "./record.ts";
import { type DeploymentRequest, readRequest } from "./request.ts";
import { findResult, keepResult } from "./results.ts";
import { type DeploymentPath, isOtherScope, isStackPath, isTemplateHashPath, parseDeploymentPath } from "./routes.ts";
import { foreseeChanges } from "./what-if.ts";

/** A request to one deployment. */
interface Call {
  readonly engine: Engine;
  readonly request: ArmRequest;
  readonly path: DeploymentPath;
  readonly id: string;
  readonly name: string;
}

type Route = { readonly permission: string; readonly run: (call: Call) => Promise<ArmResponse> | ArmResponse };

const ROUTES: Readonly<Record<string, Route>> = {
  "PUT ": { permission: "write", run: create },
  "GET ": { permission: "read", run: show },
  "HEAD ": { permission: "read", run: ({ engine, id }) => ({ status: engine.records.get(id) === undefined ? 404 : 204 }) },
  "DELETE ": { permission: "delete", run: remove },
  "POST validate": { permission: "validate/action", run: validate },
  "POST whatif": { permission: "whatIf/action", run: whatIf },
  "POST cancel": { permission: "cancel/action", run: cancel },
  "POST exporttemplate": {
    permission: "exportTemplate/action",
    run: (call) => ({ status: 200, body: { template: existing(call).template } }),
  },
  "GET operations": { permission: "operations/read", run: operations },
  "GET operationstatuses": { permission: "operationstatuses/read", run: operationStatus },
  "GET operationresults": { permission: "read", run: operationResult },
};

export function createHandler(engine: Engine): ArmHandler {
  return async (request) => {
    if (isStackPath(request.path)) throw refused("InvalidResourceType", "deployment stacks are not supported; use deployments");
    if (isOtherScope(request.path))
      throw refused("InvalidDeploymentScope", "deployments to a tenant or a management group are not supported");
    if (isTemplateHashPath(request.path) && request.method === "POST") return hash(request);
    const path = parseDeploymentPath(request.path);
    if (path === undefined) return undefined;
    checkApiVersion(request);
    if (path.name === undefined) return list(engine, request, path);
    const route = ROUTES[`${request.method} ${path.action ?? ""}`];
    if (route === undefined) throw new ArmFault(405, "MethodNotAllowed", `${request.method} is not allowed on '${request.path}'`);
    if (path.action === undefined) checkName(path.name);
    const target = canonicalTarget(engine, path);
    const id = deploymentId(target, path.name);
    requirePermission(engine, request.caller, `Microsoft.Resources/deployments/${route.permission}`, id);
    requireScope(engine, target);
    return route.run({ engine, request, path: { ...path, target }, id, name: path.name });
  };
}

const refused = (code: string, message: string) => new ArmFault(404, code, message);

function checkApiVersion({ apiVersion }: ArmRequest): void {
  if (apiVersion === "")
    throw new ArmFault(
      400,
      "MissingApiVersionParameter",
      "the api-version query parameter (?api-version=) is required for all requests",
    );
  if (!/^\d{4}-\d\d-\d\d(-[a-z]+)?$/i.test(apiVersion))
    throw new ArmFault(
      400,
      "InvalidApiVersionParameter",
      `the api-version '${apiVersion}' is invalid; it has the form 2024-03-01`,
    );
}

function checkName(name: string): void {
  if (/^[\w.()-]{1,64}$/.test(name) && !name.endsWith(".")) return;
  throw new ArmFault(
    400,
    "InvalidDeploymentName",
    `the deployment name '${name}' is invalid: it must be 1 to 64 letters, digits, '-', '_', '.', '(' and ')', not ending in '.'`,
  );
}

/** Ids show the group's name as it was created. */
function canonicalTarget({ host }: Engine, { target }: DeploymentPath): DeploymentPath["target"] {
  if (target.resourceGroup === undefined) return target;
  const group = host.resources.get(`/subscriptions/${target.subscriptionId}/resourceGroups/${target.resourceGroup}`);
  return { ...target, resourceGroup: group?.name ?? target.resourceGroup };
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

async function create(call: Call): Promise<ArmResponse> {
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

const POLLING = { "Retry-After": "1", "x-ms-retry-after-ms": "50" } as const;

/** A scope keeps 800 deployments; ARM removes the oldest. */
const HISTORY = 800;

function forgetOldest({ records, rows }: Engine, { target }: DeploymentRecord): void {
  for (const record of records.at(target).slice(HISTORY)) {
    if (isActive(record)) continue;
    rows.clear(record.id);
    records.remove(record.id);
  }
}

function refuseActive(engine: Engine, id: string): void {
  if (liveRun(engine, id) === undefined) return;
  throw new ArmFault(409, "DeploymentActive", `the deployment '${id}' is active: wait for it to end, or cancel it`, {
    target: id,
  });
}

function existing({ engine, id, name }: Call): DeploymentRecord {
  const record = engine.records.get(id);
  if (record === undefined)
    throw new ArmFault(404, "DeploymentNotFound", `the deployment '${name}' could not be found`, { target: id });
  return record;
}

function show(call: Call): ArmResponse {
  return { status: 200, body: presentDeployment(existing(call), call.engine.host.clock.now()) };
}

function remove(call: Call): ArmResponse {
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

function resultHeaders({ engine, id }: Call, token: string, apiVersion: string): Record<string, string> {
  return { Location: `${engine.host.endpoints.arm}${id}/operationResults/${token}?api-version=${apiVersion}`, ...POLLING };
}

function operationResult({ engine, id, path }: Call): ArmResponse {
  const result = findResult(engine.host.store, path.item ?? "");
  if (result === undefined || idKey(result.deploymentId) !== idKey(id))
    throw new ArmFault(404, "OperationNotFound", `the operation result '${path.item ?? ""}' was not found`);
  return { status: result.status, ...(result.body === undefined ? {} : { body: result.body }) };
}

async function validate(call: Call): Promise<ArmResponse> {
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

async function whatIf(call: Call): Promise<ArmResponse> {
  const { engine, id, request } = call;
  const { asked, foreseen, proposal } = await propose(call);
  const changes = foreseeChanges(engine, proposal, foreseen, asked.resultFormat);
  const token = engine.host.newGuid();
  const body = { status: "Succeeded", properties: { correlationId: request.correlationId, changes } };
  keepResult(engine.host.store, token, { deploymentId: id, status: 200, body, at: engine.host.clock.now() });
  return { status: 202, headers: resultHeaders(call, token, request.apiVersion) };
}

/** What runs is left to end by itself; nothing more is started. */
function cancel(call: Call): ArmResponse {
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

function operations(call: Call): ArmResponse {
  const { engine, id, path, request } = call;
  existing(call);
  const now = engine.host.clock.now();
  const rows = engine.rows.list(id);
  if (path.item === undefined) {
    const top = Number(request.query.get("$top") ?? "");
    const shown = Number.isInteger(top) && top > 0 ? rows.slice(0, top) : rows;
    return { status: 200, body: { value: shown.map((row) => presentOperation(row, now)) } };
  }
  const row = rows.find(({ operationId }) => operationId.toLowerCase() === path.item?.toLowerCase());
  if (row === undefined)
    throw new ArmFault(404, "DeploymentOperationNotFound", `the deployment operation '${path.item}' could not be found`);
  return { status: 200, body: presentOperation(row, now) };
}

function operationStatus(call: Call): ArmResponse {
  const { id, path } = call;
  const record = existing(call);
  const token = path.item ?? "";
  if (record.runId.toLowerCase() !== token.toLowerCase())
    throw new ArmFault(404, "OperationNotFound", `the deployment operation status '${token}' was not found`);
  const { endedAt, error, startedAt, state } = record;
  const body: JsonObject = {
    id: `${id}/operationStatuses/${token}`,
    name: token,
    status: state,
    startTime: new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? {} : { endTime: new Date(endedAt).toISOString() }),
    ...(error === undefined ? {} : { error }),
  };
  return { status: 200, ...(isActive(record) ? { headers: POLLING } : {}), body };
}

function list(engine: Engine, request: ArmRequest, { target }: DeploymentPath): ArmResponse {
  if (request.method !== "GET")
    throw new ArmFault(405, "MethodNotAllowed", `${request.method} is not allowed on '${request.path}'`);
  requirePermission(
    engine,
    request.caller,
    "Microsoft.Resources/deployments/read",
    deploymentId(target, "").replace(/\/providers\/.*$/, ""),
  );
  requireScope(engine, target);
  const filter = request.query.get("$filter");
  const wanted = filter === null ? undefined : /^\s*provisioningState\s+eq\s+'([A-Za-z]+)'\s*$/i.exec(filter)?.[1];
  if (filter !== null && filter.trim() !== "" && wanted === undefined)
    throw new ArmFault(
      400,
      "InvalidFilterInQueryString",
      `the filter ${JSON.stringify(filter)} is not supported; use provisioningState eq '...'`,
    );
  const records = engine.records
    .at(target)
    .filter(({ state }) => wanted === undefined || state.toLowerCase() === wanted.toLowerCase());
  const top = Number(request.query.get("$top") ?? "");
  const shown = Number.isInteger(top) && top > 0 ? records.slice(0, top) : records;
  return { status: 200, body: { value: shown.map((record) => presentDeployment(record, engine.host.clock.now())) } };
}

function hash({ text }: ArmRequest): ArmResponse {
  const template = parseBody(text);
  if (!isObject(template)) throw new ArmFault(400, "InvalidRequestContent", "the request body is not a template");
  return { status: 200, body: { minifiedTemplate: JSON.stringify(template), templateHash: templateHash(template) } };
}
