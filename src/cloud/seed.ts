import { ROLES } from "../azure/index.ts";
import { ASSIGNMENT_TYPE } from "./authorization/authorizer.ts";
import type { Credentials } from "./credentials.ts";
import type { Envelope } from "./envelope/context.ts";
import { softDeletedOf } from "./envelope/deleted.ts";
import { setRegistered } from "./envelope/guards.ts";
import type { OpenStore } from "./store.ts";

/** Where the virtual time skipped so far is kept. */
export const CLOCK_COLLECTION = "clock";

const DAY_MS = 86_400_000;

/** What a cloud has before anybody asked: the service principal of the rehearsal and its ownership of the subscription. */
export function seed(envelope: Envelope, credentials: Credentials, unregistered: readonly string[] = []): void {
  const { directory, documents, host } = envelope;
  const { clientId, clientSecret, objectId, subscriptionId } = credentials;
  if (directory.entry(objectId) === undefined)
    directory.addServicePrincipal({ objectId, clientId, displayName: "quayside" }, clientSecret);
  const scope = `/subscriptions/${subscriptionId}`;
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${objectId}`;
  if (documents.get(id) !== undefined) return;
  for (const namespace of unregistered) setRegistered(envelope, namespace, false);
  // Its owner was there before the rehearsal began: no replication delay holds it back.
  const at = new Date(host.clock.now() - DAY_MS).toISOString();
  documents.save({
    id,
    name: objectId,
    type: ASSIGNMENT_TYPE,
    properties: {
      roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${ROLES.owner.id}`,
      principalId: objectId,
      principalType: "ServicePrincipal",
      scope,
      createdOn: at,
      updatedOn: at,
      createdBy: objectId,
      updatedBy: objectId,
    },
  });
}

/** Takes everything away but the time, and starts over. Providers first let go of what their resources hold. */
export async function reset(
  envelope: Envelope,
  store: OpenStore,
  credentials: Credentials,
  unregistered?: readonly string[],
): Promise<void> {
  const { documents, operations, registry } = envelope;
  await operations.close();
  const deepestFirst = documents.below("").sort((a, b) => b.id.split("/").length - a.id.split("/").length);
  for (const resource of deepestFirst) await registry.type(resource.type)?.spec.removed?.(resource);
  for (const { resource } of softDeletedOf(envelope)) await registry.type(resource.type)?.spec.removed?.(resource);
  store.clearAllBut(CLOCK_COLLECTION);
  seed(envelope, credentials, unregistered);
}
