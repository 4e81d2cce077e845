import { isWithin, sameId } from "../../azure/index.ts";
import { isObject, type JsonValue, jsonEqual } from "../../base/index.ts";
import { type AccessOptions, ArmFault, type Principal, type Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { GROUP_TYPE, type Place } from "./place.ts";

/** Throws unless role assignments let the caller do `verb` (`read`, `write`, `delete`, `listKeys/action`) at the place. */
export function checkPermission(
  envelope: Envelope,
  place: Pick<Place, "id" | "registered">,
  verb: string,
  caller: Principal,
  attributes: Pick<AccessOptions, "request" | "resource"> = {},
): void {
  // Resource groups are `subscriptions/resourceGroups` in permissions, and only there.
  const type = place.registered.type === GROUP_TYPE ? "Microsoft.Resources/subscriptions/resourceGroups" : place.registered.type;
  const action = `${type}/${verb}`;
  const { authorizer } = envelope.host;
  if (!authorizer.allows(caller, action, place.id, attributes)) {
    if (authorizer.isStoppedByCondition(caller, action, place.id, attributes))
      throw faults.conditionNotFulfilled(caller, action, place.id);
    throw faults.unauthorized(caller, action, place.id);
  }
  if (!verb.endsWith("read") && caller.kind !== "system" && isManaged(envelope, place.id))
    throw faults.denied(caller, action, place.id);
}

/** Azure denies everybody but itself to change the groups that it keeps for a service (`managedResourceGroup`). */
function isManaged(envelope: Envelope, id: string): boolean {
  const group = envelope.documents.get(/^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(id)?.[0] ?? "");
  const manager = typeof group?.managedBy === "string" ? envelope.documents.get(group.managedBy) : undefined;
  const managed = manager?.properties.managedResourceGroup;
  return (
    group !== undefined && isObject(managed) && typeof managed.resourceId === "string" && sameId(managed.resourceId, group.id)
  );
}

export function checkSubscriptionExists(envelope: Pick<Envelope, "host">, subscriptionId: string | undefined): void {
  if (subscriptionId !== undefined && subscriptionId.toLowerCase() !== envelope.host.subscriptionId.toLowerCase()) {
    throw faults.subscriptionNotFound(subscriptionId);
  }
}

/** Throws unless the subscription exists and has the namespace registered. */
export function checkSubscription(envelope: Envelope, subscriptionId: string | undefined, namespace: string): void {
  if (subscriptionId === undefined) return;
  if (subscriptionId.toLowerCase() !== envelope.host.subscriptionId.toLowerCase())
    throw faults.subscriptionNotFound(subscriptionId);
  if (!isRegistered(envelope, namespace)) throw faults.notRegistered(namespace, subscriptionId);
}

const REGISTRATIONS = "registrations";

export function isRegistered(envelope: Envelope, namespace: string): boolean {
  return envelope.host.store.get<boolean>(REGISTRATIONS, namespace.toLowerCase()) ?? true;
}

export function setRegistered(envelope: Envelope, namespace: string, registered: boolean): void {
  envelope.host.store.put(REGISTRATIONS, namespace.toLowerCase(), registered);
}

/** Throws unless the resource group, or the resource above, exists and takes children. */
export function checkAbove(place: Place, envelope: Envelope): void {
  const { parsed } = place;
  if (parsed.resourceGroup !== undefined && place.registered.type !== GROUP_TYPE) {
    const group = envelope.documents.get(`/subscriptions/${parsed.subscriptionId}/resourceGroups/${parsed.resourceGroup}`);
    if (group === undefined) throw faults.groupNotFound(parsed.resourceGroup);
    if (group.properties.provisioningState === "Deleting") throw faults.groupBeingDeleted(group.name);
  }
  const holdsResources = place.above.includes("/providers/");
  if (!holdsResources) return;
  if (place.parent === undefined) throw faults.parentNotFound(`${place.registered.type}/${place.names.join("/")}`, place.above);
  if (place.parent.properties.provisioningState === "Deleting") {
    throw new ArmFault(409, "Conflict", `the parent '${place.parent.id}' is being deleted`);
  }
}

const LOCK_TYPE = "Microsoft.Authorization/locks";

/** Throws when a lock at or above the id forbids the operation; a delete is also stopped by locks on what would go with it. */
export function checkLocks(envelope: Envelope, id: string, operation: "write" | "delete" | "action"): void {
  const locks = envelope.documents.ofType(LOCK_TYPE).filter((lock) => {
    const scope = lockedScope(lock);
    if (operation !== "delete") return lock.properties.level === "ReadOnly" && isWithin(id, scope);
    return isWithin(id, scope) || isWithin(scope, id);
  });
  if (locks.length > 0) throw faults.locked(id, operation, locks.map(lockedScope));
}

function lockedScope(lock: Resource): string {
  return lock.id.slice(0, lock.id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/locks/"));
}

/** Locks and role assignments may be managed under a lock: otherwise no lock could ever be taken off. */
export function isExemptFromLocks(type: string): boolean {
  return type === LOCK_TYPE;
}

/** `If-Match` and `If-None-Match` (RFC 9110). */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

export function checkConditions(id: string, current: Resource | undefined, conditions: Conditions): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch === "*" && current !== undefined) throw faults.preconditionFailed(id);
  if (ifMatch === undefined || ifMatch === "") return;
  if (current === undefined) throw faults.preconditionFailed(id);
  const etags = ifMatch.split(",").map((etag) => bare(etag));
  if (!etags.includes("*") && !etags.includes(bare(current.etag ?? ""))) throw faults.preconditionFailed(id);
}

const bare = (etag: string) => etag.trim().replace(/^W\//, "").replace(/^"|"$/g, "");

/** The code that the owner of the namespace uses for "somebody else is at it". */
const BUSY_CODES: Readonly<Record<string, string>> = {
  "Microsoft.Network": "AnotherOperationInProgress",
  "Microsoft.ContainerService": "OperationNotAllowed",
  "Microsoft.Storage": "StorageAccountOperationInProgress",
};

export function checkIdle(envelope: Envelope, place: Place): void {
  const active = envelope.operations.active(place.id);
  if (active === undefined) return;
  const code = BUSY_CODES[place.registered.namespace] ?? "Conflict";
  throw new ArmFault(409, code, `another operation (${active.id}) on '${place.id}' is in progress; try again when it has ended`, {
    headers: { "retry-after": "1" },
  });
}

/** The codes of owners that check names themselves; Resource Manager's own is `InvalidResourceName`. */
export const NAME_CODES: Readonly<Record<string, string>> = {
  "Microsoft.Storage/storageAccounts": "AccountNameInvalid",
  "Microsoft.KeyVault/vaults": "VaultNameNotValid",
};

/** The code that each owner uses for a name that somebody else has. */
const TAKEN_CODES: Readonly<Record<string, string>> = {
  "Microsoft.Storage/storageAccounts": "StorageAccountAlreadyTaken",
  "Microsoft.KeyVault/vaults": "VaultAlreadyExists",
  "Microsoft.ContainerRegistry/registries": "AlreadyInUse",
};

/** Key Vault tells a name that one of its deleted vaults holds from one that a living vault has. */
const HELD_CODES: Readonly<Record<string, string>> = { "Microsoft.KeyVault/vaults": "ConflictError" };

export function nameTaken(type: string, name: string): ArmFault {
  return conflict(TAKEN_CODES[type], type, name, "another resource has it");
}

export function nameHeld(type: string, name: string): ArmFault {
  const code = HELD_CODES[type] ?? TAKEN_CODES[type];
  return conflict(code, type, name, "a soft-deleted resource has it; recover or purge that one first");
}

function conflict(code: string | undefined, type: string, name: string, why: string): ArmFault {
  return new ArmFault(409, code ?? "Conflict", `the name '${name}' for ${type} is taken: ${why}`);
}

/** Throws when a property that is fixed at creation differs. */
export function checkImmutable(place: Place, body: Resource): void {
  const { current } = place;
  if (current === undefined) return;
  for (const path of place.registered.spec.immutable ?? []) {
    const [before, after] = [valueAt(current, path), valueAt(body, path)];
    if (after !== undefined && before !== undefined && !jsonEqual(before, after)) {
      throw new ArmFault(
        409,
        "PropertyChangeNotAllowed",
        `changing '${path}' of '${place.id}' from ${JSON.stringify(before)} to ${JSON.stringify(after)} is not allowed`,
        {
          target: path,
        },
      );
    }
  }
}

function valueAt(resource: Resource, path: string): JsonValue | undefined {
  return path
    .split(".")
    .reduce<JsonValue | undefined>((value, key) => (isObject(value) ? value[key] : undefined), resource as unknown as JsonValue);
}
