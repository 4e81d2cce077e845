import { idKey } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { ArmFault, type ArmRequest, type ArmResponse } from "../contract.ts";
import { type Call, existing, POLLING } from "./call.ts";
import { type Engine, requirePermission, requireScope } from "./engine.ts";
import { presentOperation } from "./operation.ts";
import { deploymentId, isActive, presentDeployment } from "./record.ts";
import { findResult } from "./results.ts";
import type { DeploymentPath } from "./routes.ts";

export function show(call: Call): ArmResponse {
  return { status: 200, body: presentDeployment(existing(call), call.engine.host.clock.now()) };
}

export function list(engine: Engine, request: ArmRequest, { target }: DeploymentPath): ArmResponse {
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

export function operations(call: Call): ArmResponse {
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

export function operationStatus(call: Call): ArmResponse {
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

export function operationResult({ engine, id, path }: Call): ArmResponse {
  const result = findResult(engine.host.store, path.item ?? "");
  if (result === undefined || idKey(result.deploymentId) !== idKey(id))
    throw new ArmFault(404, "OperationNotFound", `the operation result '${path.item ?? ""}' was not found`);
  return { status: result.status, ...(result.body === undefined ? {} : { body: result.body }) };
}

export function exportTemplate(call: Call): ArmResponse {
  return { status: 200, body: { template: existing(call).template } };
}

export function checkExistence({ engine, id }: Call): ArmResponse {
  return { status: engine.records.get(id) === undefined ? 404 : 204 };
}
