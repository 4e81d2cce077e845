import type { JsonObject } from "../../base/index.ts";
import type { Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";

/** Namespaces whose bodies carry the ETag too; everywhere else it is a header only. */
const ETAG_IN_BODY = new Set(["microsoft.network", "microsoft.operationalinsights", "microsoft.insights"]);

/** A resource as GET shows it. */
export function present(envelope: Envelope, resource: Resource): Resource {
  const spec = envelope.registry.type(resource.type)?.spec;
  return spec?.present?.(resource) ?? resource;
}

/** The same as a body. */
export function toBody(envelope: Envelope, resource: Resource): JsonObject {
  const { etag, ...body } = present(envelope, resource);
  const namespace = resource.type.slice(0, resource.type.indexOf("/")).toLowerCase();
  return ETAG_IN_BODY.has(namespace) && etag !== undefined ? { ...body, etag } : body;
}
