import { ArmFault, type Principal, type Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { keepDeleted, purge, softDeletedAt } from "./deleted.ts";
import { faults } from "./faults.ts";
import { type Conditions, checkConditions, checkLocks, checkPermission, checkSubscription, isExemptFromLocks } from "./guards.ts";
import type { Operation } from "./operations.ts";
import { GROUP_TYPE, locate } from "./place.ts";

export interface RemoveRequest {
  readonly id: string;
  readonly apiVersion: string;
  readonly caller: Principal;
  readonly query: URLSearchParams;
  readonly conditions?: Conditions;
}

export interface Removed {
  /** False when there was nothing. */
  readonly existed: boolean;
  readonly status: 200 | 202 | 204;
  readonly operation?: Operation;
  /** What was taken away, where the type answers with it. */
  readonly resource?: Resource;
}

/** A DELETE: checked, and under way or done when this resolves. Children and extensions go first. */
export async function remove(envelope: Envelope, request: RemoveRequest): Promise<Removed> {
  const place = locate(envelope, request.id, request.apiVersion);
  const { registered, current } = place;
  const resource = current === undefined ? {} : (registered.spec.attributes?.(current) ?? {});
  checkPermission(envelope, place, "delete", request.caller, { resource });
  checkSubscription(envelope, place.subscriptionId, registered.namespace);
  if (current === undefined) {
    if (registered.type === GROUP_TYPE) throw faults.groupNotFound(place.name);
    // A DELETE that would leave nothing behind also lets go of what an earlier one kept (Azure ML's forceToPurge).
    const kept = softDeletedAt(envelope, place.id);
    const purges = kept?.purgeable === true && registered.spec.softDelete?.(kept.resource, request.query) === undefined;
    return { existed: purges && (await purge(envelope, place.id)), status: 204 };
  }
  checkConditions(place.id, current, request.conditions ?? {});
  if (!isExemptFromLocks(registered.type)) checkLocks(envelope, place.id, "delete");
  await registered.spec.admitDelete?.(current, request.query);
  const { deleted } = registered.spec.status;
  await envelope.operations.cancelOther(current.id);
  const running = envelope.operations.active(current.id);
  if (running !== undefined) return { existed: true, status: deleted, operation: running };
  // Another request may have taken it away while this one waited.
  if (envelope.documents.get(current.id) === undefined) return { existed: true, status: 204 };
  if (deleted !== 202 && registered.spec.deleteDurationMs === undefined) {
    await release(envelope, current, request.query);
    return { existed: true, status: deleted, ...(registered.spec.deleteShows === true ? { resource: current } : {}) };
  }
  const operation = envelope.host.store.transaction(() => {
    envelope.documents.save(withState(current, "Deleting"));
    return envelope.operations.create({
      kind: "delete",
      resourceId: current.id,
      namespace: registered.namespace,
      subscriptionId: place.subscriptionId ?? envelope.host.subscriptionId,
      location: current.location ?? "global",
      apiVersion: request.apiVersion,
      startedBy: request.caller.objectId,
      durationMs: registered.spec.deleteDurationMs ?? 0,
      query: request.query.toString(),
    });
  });
  runRemove(envelope, operation);
  return { existed: true, status: 202, operation };
}

/** Also takes up a delete that a former run left in progress. */
export function runRemove(envelope: Envelope, operation: Operation): void {
  envelope.operations.run(
    operation,
    async () => {
      const current = envelope.documents.get(operation.resourceId);
      if (current?.type === GROUP_TYPE) await emptyGroup(envelope, current);
      if (current !== undefined) await release(envelope, current, new URLSearchParams(operation.query));
      return undefined;
    },
    () => {
      const current = envelope.documents.get(operation.resourceId);
      // A group that could not be emptied is an ordinary group again.
      if (current !== undefined)
        envelope.documents.save(withState(current, current.type === GROUP_TYPE ? "Succeeded" : "Failed"));
    },
  );
}

/** Takes a resource and everything below it away, deepest first, and keeps what the type keeps. */
async function release(envelope: Envelope, resource: Resource, query: URLSearchParams): Promise<void> {
  const deepestFirst = envelope.documents.below(resource.id).sort((a, b) => b.id.split("/").length - a.id.split("/").length);
  for (const item of [...deepestFirst, resource]) {
    await envelope.operations.cancelOther(item.id);
    const spec = envelope.registry.type(item.type)?.spec;
    const keep = spec?.softDelete?.(item, query);
    if (keep === undefined) await spec?.removed?.(item);
    envelope.host.store.transaction(() => {
      if (keep !== undefined) keepDeleted(envelope, withState(item, "Succeeded"), keep.days, keep.purgeable);
      else envelope.host.principals.remove(item.id);
      envelope.documents.delete(item.id);
    });
  }
}

function withState(resource: Resource, provisioningState: string): Resource {
  return { ...resource, properties: { ...resource.properties, provisioningState } };
}

/** How often a group's delete comes back to what others still held, as Resource Manager does. */
const ROUNDS = 12;

/** Deletes what a group holds side by side; what is still in use waits for the next round. */
async function emptyGroup(envelope: Envelope, group: Resource): Promise<void> {
  let refusals: ArmFault[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const top = topLevel(envelope, group);
    if (top.length === 0) return;
    // What was refused may wait for children of its own that are tracked resources too, as a DNS zone for its links.
    const targets = round === 0 ? top : [...top.flatMap((resource) => trackedBelow(envelope, resource)), ...top];
    const outcomes = await Promise.allSettled(targets.map((resource) => removeNow(envelope, resource)));
    const failed = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    const unexpected = failed.find((reason) => !(reason instanceof ArmFault));
    if (unexpected !== undefined) throw unexpected;
    refusals = failed as ArmFault[];
    if (failed.length === targets.length && round > 0) break;
  }
  if (topLevel(envelope, group).length === 0) return;
  throw new ArmFault(
    409,
    "ResourceGroupDeletionBlocked",
    `the deletion of resource group '${group.name}' failed: some of its resources could not be deleted`,
    {
      details: refusals.map((fault) => fault.toError()),
    },
  );
}

function topLevel(envelope: Envelope, group: Resource): Resource[] {
  const depth = group.id.split("/").length;
  // {group}/providers/{namespace}/{type}/{name}
  return envelope.documents
    .below(group.id)
    .filter(({ id, type }) => id.split("/").length === depth + 4 && envelope.registry.type(type)?.spec.extension !== true);
}

function trackedBelow(envelope: Envelope, resource: Resource): Resource[] {
  return envelope.documents.below(resource.id).filter(({ type }) => envelope.registry.type(type)?.spec.location === "required");
}

async function removeNow(envelope: Envelope, resource: Resource): Promise<void> {
  const newest = envelope.registry.type(resource.type)?.spec.apiVersions[0] ?? "2025-01-01";
  const { operation } = await remove(envelope, {
    id: resource.id,
    apiVersion: newest,
    caller: envelope.host.system,
    query: new URLSearchParams(),
  });
  if (operation !== undefined) await envelope.operations.ended(operation.id);
}
