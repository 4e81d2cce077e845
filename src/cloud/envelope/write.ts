import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../../base/index.ts";
import { refuseByPolicy } from "../authorization/policies/enforce.ts";
import { ArmFault, type Principal, type Resource, type TypeSpec } from "../contract.ts";
import { checkTypeVersion } from "./api-version.ts";
import type { Envelope } from "./context.ts";
import { forgetDeleted, purgeExpired, softDeletedAt, softDeletedOf } from "./deleted.ts";
import { faults } from "./faults.ts";
import {
  type Conditions,
  checkAbove,
  checkConditions,
  checkIdle,
  checkImmutable,
  checkLocks,
  checkPermission,
  checkSubscription,
  isExemptFromLocks,
  NAME_CODES,
  nameHeld,
  nameTaken,
} from "./guards.ts";
import { resolveIdentity } from "./identity.ts";
import { checkLocation } from "./locations.ts";
import type { Operation } from "./operations.ts";
import { locate, type Place } from "./place.ts";

export interface WriteRequest {
  readonly id: string;
  readonly apiVersion: string;
  readonly body: JsonObject;
  readonly caller: Principal;
  readonly conditions?: Conditions;
}

export interface Written {
  readonly resource: Resource;
  readonly created: boolean;
  readonly spec: TypeSpec;
  /** Absent when the resource was made at once. */
  readonly operation?: Operation;
}

/** Members that are the envelope's alone; clients send them back from a GET. */
const OWN_MEMBERS = ["id", "name", "type", "etag", "systemData"];

/** A PUT: checked, stored, and under way (or done) when this resolves. */
export async function write(envelope: Envelope, request: WriteRequest): Promise<Written> {
  const place = locate(envelope, request.id, request.apiVersion);
  checkAccess(envelope, place, request);
  if (place.registered.spec.parentImplied === true && place.parent === undefined && place.above.includes("/providers/")) {
    await write(envelope, { ...request, id: place.above, body: {}, conditions: {} });
    return write(envelope, request);
  }
  checkAbove(place, envelope);
  if (place.current === undefined) await purgeExpired(envelope);
  checkConditions(place.id, place.current, request.conditions ?? {});
  checkIdle(envelope, place);
  // What a provider decides at once is stored at once: it may have looked for a free number, and nobody comes between.
  const admitting = admit(envelope, place, request, false);
  const admitted = admitting instanceof Promise ? await admitting : admitting;
  // Somebody else may have written while the provider was thinking.
  if (envelope.documents.get(place.id)?.etag !== place.current?.etag) {
    throw new ArmFault(409, "Conflict", `'${place.id}' was changed by another request at the same time; try again`);
  }
  if (place.current === undefined) checkUnique(envelope, place, admitted.body);
  return store(envelope, place, admitted, request);
}

/** The checks of a PUT alone. What the same template may still make (parents, references, identities) is not missed. */
export async function check(envelope: Envelope, request: WriteRequest): Promise<void> {
  const place = locate(envelope, request.id, request.apiVersion);
  checkAccess(envelope, place, request);
  try {
    await admit(envelope, place, request, true);
  } catch (error) {
    if (error instanceof ArmFault && (error.status === 404 || /NotFound|InvalidResourceReference/.test(error.code))) return;
    throw error;
  }
}

function checkAccess(envelope: Envelope, place: Place, { apiVersion, body, caller }: WriteRequest): void {
  const { spec, type } = place.registered;
  checkTypeVersion(type, spec, apiVersion);
  const request = spec.attributes?.(readBody(place, body)) ?? {};
  const resource = place.current === undefined ? {} : (spec.attributes?.(place.current) ?? {});
  checkPermission(envelope, place, "write", caller, { request, resource });
  checkSubscription(envelope, place.subscriptionId, place.registered.namespace);
  if (!isExemptFromLocks(place.registered.type)) checkLocks(envelope, place.id, "write");
}

interface Admitted {
  readonly body: Resource;
  readonly previous: Resource | undefined;
}

function admit(envelope: Envelope, place: Place, request: WriteRequest, dry: boolean): Admitted | Promise<Admitted> {
  const { spec, type } = place.registered;
  const sent = readBody(place, request.body);
  if (!spec.name.pattern.test(place.name)) {
    throw new ArmFault(
      400,
      NAME_CODES[type] ?? "InvalidResourceName",
      `the name '${place.name}' for ${type} is invalid: it must be ${spec.name.words}`,
      { target: "name" },
    );
  }
  const location = checkLocation(place, sent);
  const body: Resource = { ...sent, ...(location === undefined ? {} : { location }) };
  checkImmutable(place, body);
  const previous = place.current ?? recovered(envelope, place, body);
  if (spec.createOnly === true && place.current !== undefined) {
    throw new ArmFault(409, "Conflict", `'${place.id}' already exists and ${type} cannot be updated in place; delete it first`);
  }
  if (place.current === undefined) checkUnique(envelope, place, body);
  const complete = (admitted: Resource): Admitted => {
    const identity = resolveIdentity(envelope, place, { ...admitted, identity: sent.identity }, request.caller, dry);
    const { identity: _asked, ...rest } = admitted;
    const own = { id: place.id, name: place.name, type };
    if (request.caller.kind !== "system") refuseByPolicy(envelope.documents, { ...admitted, ...own });
    return { body: { ...own, ...rest, ...own, ...(identity === undefined ? {} : { identity }) }, previous };
  };
  const admitted = spec.admit?.({
    id: place.id,
    name: place.name,
    names: place.names,
    apiVersion: request.apiVersion,
    body,
    ...(previous === undefined ? {} : { previous }),
    caller: request.caller,
    ...(dry ? { preflight: true } : {}),
  });
  return admitted instanceof Promise ? admitted.then(complete) : complete(admitted ?? body);
}

function readBody(place: Place, body: JsonObject): Resource {
  const { location, properties, tags } = body;
  if (location !== undefined && location !== null && typeof location !== "string")
    throw faults.invalidContent("location is not a text", "location");
  if (properties !== undefined && properties !== null && !isObject(properties))
    throw faults.invalidContent("properties is not an object", "properties");
  if (tags !== undefined && tags !== null && !isStrings(tags))
    throw faults.invalidContent("tags is not an object of strings", "tags");
  if (typeof body.name === "string" && body.name.toLowerCase() !== place.name.toLowerCase() && !body.name.includes("/")) {
    throw faults.invalidContent(`the name '${body.name}' in the body is not the one in the path, '${place.name}'`, "name");
  }
  const { provisioningState: _state, ...rest } = isObject(properties) ? properties : {};
  const kept = Object.fromEntries(Object.entries(body).filter(([name, value]) => !OWN_MEMBERS.includes(name) && value !== null));
  return { ...kept, id: place.id, name: place.name, type: place.registered.type, properties: rest };
}

function isStrings(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((item) => typeof item === "string");
}

/** The soft-deleted resource that this PUT brings back. */
function recovered(envelope: Envelope, place: Place, body: Resource): Resource | undefined {
  const kept = softDeletedAt(envelope, place.id);
  if (kept === undefined) return undefined;
  if (place.registered.spec.recovers?.(body) === true) return kept.resource;
  throw nameHeld(place.registered.type, place.name);
}

function checkUnique(envelope: Envelope, place: Place, body: Resource): void {
  const { spec, type } = place.registered;
  if (spec.uniqueBy === undefined) return;
  const key = spec
    .uniqueBy({ name: place.name, ...(body.location === undefined ? {} : { location: body.location }) })
    .toLowerCase();
  const holds = (other: Resource) =>
    other.id.toLowerCase() !== place.id.toLowerCase() && spec.uniqueBy?.(other).toLowerCase() === key;
  if (envelope.documents.ofType(type).some(holds)) throw nameTaken(type, place.name);
  if (softDeletedOf(envelope, type).some(({ resource }) => holds(resource))) {
    throw nameHeld(type, place.name);
  }
}

function store(envelope: Envelope, place: Place, admitted: Admitted, request: WriteRequest): Written {
  const { spec } = place.registered;
  const created = place.current === undefined;
  const long = spec.durationMs !== undefined || spec.provision !== undefined;
  const state = long ? (created ? "Creating" : "Updating") : "Succeeded";
  const resource = stamp(envelope, admitted.body, admitted.previous, request.caller, state);
  const operation = envelope.host.store.transaction(() => {
    envelope.documents.save(resource);
    // An identity that is taken away is gone; another one later is another principal.
    if (place.current?.identity?.principalId !== undefined && resource.identity?.principalId === undefined) {
      envelope.host.principals.remove(resource.id);
    }
    if (created) forgetDeleted(envelope, resource.id);
    if (!long) return undefined;
    const durationMs = typeof spec.durationMs === "function" ? spec.durationMs(resource) : (spec.durationMs ?? 0);
    return envelope.operations.create({
      kind: "write",
      resourceId: resource.id,
      namespace: place.registered.namespace,
      subscriptionId: place.subscriptionId ?? envelope.host.subscriptionId,
      location: resource.location ?? "global",
      apiVersion: request.apiVersion,
      startedBy: request.caller.objectId,
      durationMs,
    });
  });
  if (operation === undefined) spec.stored?.(resource, place.current);
  else runWrite(envelope, operation, spec);
  return { resource, created, spec, ...(operation === undefined ? {} : { operation }) };
}

/** Also takes up a write that a former run left in progress. */
export function runWrite(envelope: Envelope, operation: Operation, spec: TypeSpec): void {
  const settle = (state: string, more: JsonObject = {}) => {
    const current = envelope.documents.get(operation.resourceId);
    if (current === undefined) return;
    const { provisioningState: _state, ...properties } = current.properties;
    envelope.documents.save({ ...current, properties: { ...properties, ...more, provisioningState: state } });
  };
  envelope.operations.run(
    operation,
    async (signal) => {
      const current = envelope.documents.get(operation.resourceId);
      const provisioned = current === undefined ? undefined : spec.provision?.(current, signal);
      // As with what is admitted: an address that was free is taken before the next one looks.
      const more = provisioned instanceof Promise ? await provisioned : provisioned;
      if (signal.aborted) return undefined;
      settle("Succeeded", more);
      const stored = envelope.documents.get(operation.resourceId);
      if (stored !== undefined) spec.stored?.(stored);
      return undefined;
    },
    () => settle("Failed"),
  );
}

function stamp(envelope: Envelope, body: Resource, previous: Resource | undefined, caller: Principal, state: string): Resource {
  const at = new Date(envelope.host.clock.now()).toISOString();
  const by = envelope.directory.entry(caller.objectId)?.clientId ?? caller.objectId;
  const byType = caller.kind === "user" ? "User" : caller.kind === "managedIdentity" ? "ManagedIdentity" : "Application";
  const before = previous?.systemData;
  const systemData: JsonObject = {
    createdBy: before?.createdBy ?? by,
    createdByType: before?.createdByType ?? byType,
    createdAt: before?.createdAt ?? at,
    lastModifiedBy: by,
    lastModifiedByType: byType,
    lastModifiedAt: at,
  };
  return { ...body, etag: `"${randomUUID()}"`, systemData, properties: { ...body.properties, provisioningState: state } };
}
