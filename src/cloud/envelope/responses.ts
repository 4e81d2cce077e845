import type { JsonValue } from "../../base/index.ts";
import type { ArmResponse, Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import type { Operation } from "./operations.ts";
import { GROUP_TYPE } from "./place.ts";
import { toBody } from "./present.ts";

/** How long clients wait between polls. Never 0: one client then polls hundreds of times a second. */
const POLL_HEADERS = { "retry-after": "1", "x-ms-retry-after-ms": "50" } as const;

export function resourceResponse(envelope: Envelope, status: number, resource: Resource): ArmResponse {
  const body = toBody(envelope, resource);
  return resource.etag === undefined ? { status, body } : { status, headers: { etag: resource.etag }, body };
}

/** The answer that starts a long-running operation: both header styles, since clients differ in the one they follow. */
export function acceptedResponse(envelope: Envelope, status: number, operation: Operation, body?: JsonValue): ArmResponse {
  const current = envelope.documents.get(operation.resourceId);
  if (operation.kind === "delete" && current?.type === GROUP_TYPE) {
    const { apiVersion, id, subscriptionId } = operation;
    const location = `${envelope.host.endpoints.arm}/subscriptions/${subscriptionId}/operationresults/${id}?api-version=${apiVersion}`;
    return { status, headers: { ...POLL_HEADERS, location } };
  }
  const urls = envelope.operations.urls(operation);
  return {
    status,
    headers: { ...POLL_HEADERS, "azure-asyncoperation": urls.status, location: urls.result },
    ...(body === undefined ? {} : { body }),
  };
}

export function pendingHeaders(location?: string): Record<string, string> {
  return { ...POLL_HEADERS, ...(location === undefined ? {} : { location }) };
}
