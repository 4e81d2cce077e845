/**
 * The grammar of Azure resource ids:
 * `/subscriptions/{guid}/resourceGroups/{name}/providers/{namespace}/{type}/{name}[/{childType}/{childName}]*`,
 * where a further `/providers/...` hangs an extension resource (role assignment, diagnostic setting) off any id before it.
 * Azure compares ids without regard to case and clients differ in the case they send, so compare with `sameId` or `idKey`.
 */
export interface ResourceId {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** Outermost first; empty for a subscription or a resource group. The last one names the resource itself. */
  readonly providers: readonly ProviderSegment[];
}

export interface ProviderSegment {
  readonly namespace: string;
  /** `managedClusters/agentPools` */
  readonly types: readonly string[];
  /** As many as `types`. */
  readonly names: readonly string[];
}

/** `undefined` when the text is not the id of one thing (a collection, an action, or not an id at all). */
export function parseResourceId(id: string): ResourceId | undefined {
  const segments = id.split("/").filter((segment) => segment !== "");
  let at = 0;
  const keyword = (word: string) => segments[at]?.toLowerCase() === word;
  const parsed: { subscriptionId?: string; resourceGroup?: string; providers: ProviderSegment[] } = { providers: [] };
  if (keyword("subscriptions")) {
    if (segments[at + 1] === undefined) return undefined;
    parsed.subscriptionId = segments[at + 1] as string;
    at += 2;
    if (keyword("resourcegroups")) {
      if (segments[at + 1] === undefined) return undefined;
      parsed.resourceGroup = segments[at + 1] as string;
      at += 2;
    }
  }
  while (keyword("providers")) {
    const namespace = segments[at + 1];
    if (namespace === undefined) return undefined;
    at += 2;
    const types: string[] = [];
    const names: string[] = [];
    while (at < segments.length && !keyword("providers")) {
      const [type, name] = [segments[at], segments[at + 1]];
      if (type === undefined || name === undefined) return undefined;
      types.push(type);
      names.push(name);
      at += 2;
    }
    if (types.length === 0) return undefined;
    parsed.providers.push({ namespace, types, names });
  }
  return at === segments.length ? parsed : undefined;
}

export function formatResourceId(id: ResourceId): string {
  const subscription = id.subscriptionId === undefined ? "" : `/subscriptions/${id.subscriptionId}`;
  const group = id.resourceGroup === undefined ? "" : `/resourceGroups/${id.resourceGroup}`;
  const providers = id.providers.map(({ namespace, types, names }) => {
    const pairs = types.map((type, at) => `/${type}/${names[at]}`).join("");
    return `/providers/${namespace}${pairs}`;
  });
  return subscription + group + providers.join("");
}

/** `Microsoft.ContainerService/managedClusters/agentPools` */
export function resourceType(id: ResourceId): string | undefined {
  const last = id.providers.at(-1);
  return last && `${last.namespace}/${last.types.join("/")}`;
}

/** The id one level up: the parent resource, the resource extended, the resource group, the subscription. */
export function parentId(id: ResourceId): ResourceId | undefined {
  const last = id.providers.at(-1);
  if (last !== undefined) {
    const outer = id.providers.slice(0, -1);
    if (last.types.length === 1) return { ...id, providers: outer };
    return { ...id, providers: [...outer, { ...last, types: last.types.slice(0, -1), names: last.names.slice(0, -1) }] };
  }
  if (id.resourceGroup !== undefined) return { subscriptionId: id.subscriptionId as string, providers: [] };
  return undefined;
}

/** An id as a key: equal for ids that Azure holds equal. */
export function idKey(id: string): string {
  return id.toLowerCase().replace(/\/+$/, "");
}

export function sameId(a: string, b: string): boolean {
  return idKey(a) === idKey(b);
}

/** True when `id` is `scope` itself or lies below it. The empty scope (or `/`) holds everything. */
export function isWithin(id: string, scope: string): boolean {
  const [inner, outer] = [idKey(id), idKey(scope)];
  return outer === "" || inner === outer || inner.startsWith(`${outer}/`);
}
