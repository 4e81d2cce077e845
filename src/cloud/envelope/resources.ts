import type { Resources } from "../contract.ts";
import { act } from "./act.ts";
import type { Envelope } from "./context.ts";
import { purge, softDeletedOf } from "./deleted.ts";
import { present } from "./present.ts";
import { remove } from "./remove.ts";
import { check, write } from "./write.ts";

/** The envelope as providers and the deployments engine use it: the same checks as from the wire. */
export function createResources(envelope: Envelope): Resources {
  const { documents, operations, registry } = envelope;
  return {
    get: (id) => documents.get(id),
    view: (id) => {
      const resource = documents.get(id);
      return resource === undefined ? undefined : present(envelope, resource);
    },
    onChange: (listener) => documents.onChange(listener),
    below: (id, type) =>
      documents.below(id).filter((resource) => type === undefined || resource.type.toLowerCase() === type.toLowerCase()),
    ofType: (type) => documents.ofType(type),
    save: (resource) => documents.save(resource),
    put: async (id, apiVersion, body, caller) => {
      const { operation, resource } = await write(envelope, { id, apiVersion, body, caller });
      if (operation !== undefined) await operations.ended(operation.id);
      return present(envelope, documents.get(resource.id) ?? resource);
    },
    check: (id, apiVersion, body, caller) => check(envelope, { id, apiVersion, body, caller }),
    action: async (id, name, apiVersion, body, caller) => {
      const { operation, result } = await act(envelope, {
        id,
        name,
        method: "POST",
        apiVersion,
        body,
        query: new URLSearchParams(),
        caller,
      });
      return operation === undefined ? result.body : (await operations.ended(operation.id)).result;
    },
    delete: async (id, caller) => {
      const type = documents.get(id)?.type;
      const apiVersion = (type === undefined ? undefined : registry.type(type)?.spec.apiVersions[0]) ?? "2025-01-01";
      const { operation } = await remove(envelope, { id, apiVersion, caller, query: new URLSearchParams() });
      if (operation !== undefined) await operations.ended(operation.id);
    },
    softDeleted: (type) => softDeletedOf(envelope, type),
    purge: (id) => purge(envelope, id),
  };
}
