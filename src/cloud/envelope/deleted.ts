import type { Resource, SoftDeleted } from "../contract.ts";
import type { Envelope } from "./context.ts";

const COLLECTION = "soft-deleted";

/** Soft-deleted resources: out of sight, names still taken, until their days are over. */
export function softDeletedOf(envelope: Envelope, type?: string): SoftDeleted[] {
  const now = envelope.host.clock.now();
  return envelope.host.store
    .list<SoftDeleted>(COLLECTION)
    .map(({ value }) => value)
    .filter((item) => item.purgeAt > now && (type === undefined || item.resource.type.toLowerCase() === type.toLowerCase()));
}

export function softDeletedAt(envelope: Envelope, id: string): SoftDeleted | undefined {
  const item = envelope.host.store.get<SoftDeleted>(COLLECTION, id.toLowerCase());
  return item !== undefined && item.purgeAt > envelope.host.clock.now() ? item : undefined;
}

export function keepDeleted(envelope: Envelope, resource: Resource, days: number, purgeable: boolean): void {
  const deletedAt = envelope.host.clock.now();
  const item: SoftDeleted = { resource, deletedAt, purgeAt: deletedAt + days * 86_400_000, purgeable };
  envelope.host.store.put(COLLECTION, resource.id.toLowerCase(), item);
}

export function forgetDeleted(envelope: Envelope, id: string): void {
  envelope.host.store.delete(COLLECTION, id.toLowerCase());
}

/** Lets go of one for good. */
export async function purge(envelope: Envelope, id: string): Promise<boolean> {
  const item = softDeletedAt(envelope, id);
  if (item === undefined) return false;
  await envelope.registry.type(item.resource.type)?.spec.removed?.(item.resource);
  forgetDeleted(envelope, id);
  envelope.host.principals.remove(item.resource.id);
  return true;
}

/** Lets go of those whose days are over. */
export async function purgeExpired(envelope: Envelope): Promise<void> {
  const now = envelope.host.clock.now();
  for (const { value } of envelope.host.store.list<SoftDeleted>(COLLECTION)) {
    if (value.purgeAt > now) continue;
    await envelope.registry.type(value.resource.type)?.spec.removed?.(value.resource);
    forgetDeleted(envelope, value.resource.id);
    envelope.host.principals.remove(value.resource.id);
  }
}
