import { formatResourceId, idKey, parentId, parseResourceId, type ResourceId, resourceType } from "../../azure/index.ts";
import type { Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import type { RegisteredType } from "./registry.ts";

/** Where an id points: the type that rules there, and what is there and above. */
export interface Place {
  readonly registered: RegisteredType;
  readonly parsed: ResourceId;
  /** Canonical type casing, names in the casing of what is stored, or else as given. */
  readonly id: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly subscriptionId: string | undefined;
  readonly current: Resource | undefined;
  /** The id above: parent, extended resource, resource group, subscription; empty for the tenant. */
  readonly above: string;
  readonly parent: Resource | undefined;
}

export const GROUP_TYPE = "Microsoft.Resources/resourceGroups";

/** Throws when the type is unknown or cannot live there; whether anything exists is for the caller to judge. */
export function locate(envelope: Envelope, id: string, apiVersion: string): Place {
  const parsed = parseResourceId(id);
  if (parsed === undefined) throw faults.invalidContent(`'${id}' is not the id of a resource`);
  const type = parsed.providers.length === 0 ? GROUP_TYPE : (resourceType(parsed) ?? "");
  const namespace = type.slice(0, type.indexOf("/"));
  if (envelope.registry.namespace(namespace) === undefined) throw faults.invalidNamespace(namespace);
  const registered = envelope.registry.type(type);
  if (registered === undefined || !fits(parsed, registered)) throw faults.invalidType(type, apiVersion);
  if (parsed.subscriptionId !== undefined && idKey(parsed.subscriptionId) !== idKey(envelope.host.subscriptionId)) {
    throw faults.subscriptionNotFound(parsed.subscriptionId);
  }
  const canonical = canonicalId(envelope, parsed);
  const current = envelope.documents.get(canonical);
  const above = parentId(parsed);
  const aboveId = above === undefined ? "" : canonicalId(envelope, above);
  const last = parsed.providers.at(-1);
  const names = last?.names ?? [parsed.resourceGroup ?? ""];
  return {
    registered,
    parsed,
    id: current?.id ?? canonical,
    name: current?.name ?? names.at(-1) ?? "",
    names,
    subscriptionId: parsed.subscriptionId,
    current,
    above: aboveId,
    parent: aboveId === "" ? undefined : envelope.documents.get(holderOf(aboveId)),
  };
}

const KUBERNETES_NAMESPACE = /^(.*\/managedClusters\/[^/]+)\/namespaces\/[^/]+$/i;

/** A Kubernetes namespace is a scope of roles without being a resource: its cluster stands for it. */
function holderOf(id: string): string {
  return KUBERNETES_NAMESPACE.exec(id)?.[1] ?? id;
}

/** Extensions hang off anything; other top-level types live in a resource group and nowhere else. */
function fits(parsed: ResourceId, { spec }: RegisteredType): boolean {
  if (parsed.providers.length === 0) return parsed.resourceGroup !== undefined;
  if (spec.extension === true) return true;
  return parsed.providers.length === 1 && (parsed.resourceGroup !== undefined || spec.ofSubscription === true);
}

/** The id as Azure would print it; azurerm's parsers compare the casing of types literally. */
export function canonicalId(envelope: Envelope, parsed: ResourceId): string {
  const stored = envelope.documents.get(formatResourceId(parsed));
  if (stored !== undefined) return stored.id;
  const last = parsed.providers.at(-1);
  const above = parentId(parsed);
  const prefix = above === undefined ? "" : canonicalId(envelope, above);
  if (last === undefined) {
    if (parsed.resourceGroup !== undefined) return `${prefix}/resourceGroups/${parsed.resourceGroup}`;
    const { subscriptionId } = envelope.host;
    if (parsed.subscriptionId === undefined) return "";
    return `/subscriptions/${idKey(parsed.subscriptionId) === idKey(subscriptionId) ? subscriptionId : parsed.subscriptionId}`;
  }
  const registered = envelope.registry.type(`${last.namespace}/${last.types.join("/")}`);
  const type = registered?.type.split("/").at(-1) ?? last.types.at(-1);
  const name = last.names.at(-1);
  if (last.types.length > 1) return `${prefix}/${type}/${name}`;
  return `${prefix}/providers/${registered?.namespace ?? last.namespace}/${type}/${name}`;
}
