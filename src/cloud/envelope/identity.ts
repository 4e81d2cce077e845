import { isObject, type JsonObject } from "../../base/index.ts";
import { ArmFault, type Principal, type Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import type { Place } from "./place.ts";

const KINDS = { systemassigned: "SystemAssigned", userassigned: "UserAssigned", none: "None" } as const;
const ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/**
 * The identity to store. Without `identity` in the body the resource keeps the one that it has; `None` takes it away.
 * `dry` leaves the directory as it is and lets pass identities that are not there yet.
 */
export function resolveIdentity(
  envelope: Envelope,
  place: Place,
  body: Resource,
  caller: Principal,
  dry: boolean,
): JsonObject | undefined {
  const asked = body.identity;
  if (asked === undefined || asked === null) return place.current?.identity;
  const kinds = readKinds(asked.type);
  if (kinds.has("None")) return undefined;
  const users = kinds.has("UserAssigned") ? resolveUsers(envelope, place, asked.userAssignedIdentities, caller, dry) : undefined;
  const type = [...kinds].sort().join(", ");
  const system = kinds.has("SystemAssigned") && !dry ? envelope.host.principals.managedIdentity(place.id, place.name) : undefined;
  return {
    type,
    ...(system === undefined ? {} : { principalId: system.principalId, tenantId: system.tenantId }),
    ...(users === undefined ? {} : { userAssignedIdentities: users }),
  };
}

function readKinds(type: unknown): ReadonlySet<"SystemAssigned" | "UserAssigned" | "None"> {
  if (typeof type !== "string") throw faults.invalidContent("identity.type is required", "identity.type");
  const kinds = type.split(",").map((kind) => {
    const known = KINDS[kind.trim().toLowerCase() as keyof typeof KINDS];
    if (known === undefined) {
      throw faults.invalidContent(
        `identity.type is '${type}'; it must be None, SystemAssigned, UserAssigned or 'SystemAssigned, UserAssigned'`,
        "identity.type",
      );
    }
    return known;
  });
  return new Set(kinds);
}

function resolveUsers(envelope: Envelope, place: Place, asked: unknown, caller: Principal, dry: boolean): JsonObject {
  // A null takes one identity away (PATCH).
  const entries = isObject(asked) ? Object.entries(asked).filter(([, value]) => value !== null) : [];
  if (entries.length === 0) {
    throw new ArmFault(
      400,
      "InvalidIdentityValues",
      `the identity of '${place.id}' is UserAssigned but names no identity in userAssignedIdentities`,
    );
  }
  const known = place.current?.identity?.userAssignedIdentities;
  const before = isObject(known) ? Object.keys(known).map((id) => id.toLowerCase()) : [];
  return Object.fromEntries(
    entries.map(([id]) => {
      const identity = envelope.documents.get(id);
      if (identity === undefined) {
        if (dry) return [id, {}];
        throw new ArmFault(
          400,
          "FailedIdentityOperation",
          `the identity operation for '${place.id}' failed: '${id}' was not found`,
          {
            details: [{ code: "ResourceNotFound", target: id, message: `the user-assigned identity '${id}' was not found` }],
          },
        );
      }
      if (!before.includes(id.toLowerCase()) && !envelope.host.authorizer.allows(caller, ASSIGN, identity.id)) {
        throw new ArmFault(
          403,
          "LinkedAuthorizationFailed",
          `the client '${caller.displayName}' with object id '${caller.objectId}' may write '${place.id}' but not perform action '${ASSIGN}' on the linked scope '${identity.id}'`,
        );
      }
      return [id, { principalId: identity.properties.principalId, clientId: identity.properties.clientId }];
    }),
  );
}
