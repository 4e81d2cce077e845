import type { CloudHost, Resource } from "../../../contract.ts";
import type { Content } from "./content.ts";

/** Virtual time. Policies count in days. */
const EVERY_MS = 60_000;

/** Applies the policies of registries as requests come: once a minute, and at once to a registry that was changed. */
export function createUpkeep({ clock }: Pick<CloudHost, "clock">): (registry: Resource, content: Content) => Promise<void> {
  const last = new Map<string, { readonly etag: unknown; readonly at: number; readonly work: Promise<void> }>();
  return async ({ id, etag }, content) => {
    const known = last.get(id);
    // Requests that come meanwhile wait for the same work.
    if (known !== undefined && known.etag === etag && clock.now() - known.at < EVERY_MS) return known.work;
    const work = content.applyPolicies();
    last.set(id, { etag, at: clock.now(), work });
    return work.catch((error: unknown) => {
      last.delete(id);
      throw error;
    });
  };
}
