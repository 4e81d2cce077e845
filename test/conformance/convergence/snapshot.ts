import { createHash } from "node:crypto";
import { isObject, type JsonValue } from "../../../src/base/index.ts";
import type { TestCloud } from "../../../src/cloud/testing.ts";

/** Every resource of a cloud by its id. */
export type Snapshot = Readonly<Record<string, JsonValue>>;

const DEPLOYMENTS = "Microsoft.Resources/deployments";
const GROUPS = "Microsoft.Resources/resourceGroups";

/** What stands in the cloud, exactly; histories of deployments are how it came about, not what it is. */
export function snapshot({ host, subscription }: TestCloud): Snapshot {
  const found = host.resources.below(subscription).filter(({ type }) => type !== DEPLOYMENTS);
  return Object.fromEntries(found.map((resource) => [resource.id, JSON.parse(JSON.stringify(resource)) as JsonValue]));
}

/** Members that a cloud makes up anew for each resource, or that tell when and in which order it was made. */
const OWN: ReadonlySet<string> = new Set([
  "systemData",
  "etag",
  "eTag",
  "createdOn",
  "updatedOn",
  "createdBy",
  "updatedBy",
  "ipAddress",
]);

const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Ids that a cloud draws by chance, in values of their own or within host names. */
const DRAWN = /[0-9a-f]{24,32}|(?<=-)[0-9a-f]{8}(?=\.)/g;

/**
 * A snapshot without what two clouds can never share. Principals are named by the resource that they belong to, and assignments by
 * role and principal, so that a role of the wrong one is seen; tags of resource groups are the tools' own.
 */
export function normalised(taken: Snapshot, known: readonly string[]): Snapshot {
  const names = new Map(known.map((guid) => [guid.toLowerCase(), guid]));
  for (const [id, resource] of Object.entries(taken)) collectPrincipals(resource, id, names);
  for (const resource of Object.values(taken)) collectAssignment(resource, names);
  const text = JSON.stringify(taken, (key, value: JsonValue) => (OWN.has(key) || value === null ? undefined : value))
    .replace(GUID, (guid) => names.get(guid.toLowerCase()) ?? "<guid>")
    .replace(DRAWN, "<drawn>")
    // Addresses in a subnet are handed out in the order of creation.
    .replace(/"10\.40\.\d+\.\d+"/g, '"<address>"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?(\+00:00)?/g, "<time>");
  const shown = JSON.parse(text) as Record<string, JsonValue>;
  return Object.fromEntries(
    Object.entries(shown)
      .map(([id, resource]): [string, JsonValue] => [id, isGroup(resource) ? { ...resource, tags: "<the tool's>" } : resource])
      .map(([id, resource]): [string, JsonValue] => [id, ordered(resource)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Members in the order of their names: the order in which a body was written says nothing. */
function ordered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, ordered(value[name] ?? null)]));
}

const ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments";

function collectAssignment(resource: JsonValue, names: Map<string, string>): void {
  if (!isObject(resource) || resource.type !== ROLE_ASSIGNMENT || !isObject(resource.properties)) return;
  const { roleDefinitionId, principalId } = resource.properties;
  if (typeof resource.name !== "string" || typeof roleDefinitionId !== "string" || typeof principalId !== "string") return;
  const principal = names.get(principalId.toLowerCase()) ?? principalId;
  names.set(resource.name.toLowerCase(), `<${roleDefinitionId.split("/").at(-1)} for ${principal}>`);
}

function isGroup(resource: JsonValue): resource is { type: string } {
  return isObject(resource) && resource.type === GROUPS;
}

const PRINCIPAL_MEMBERS = ["principalId", "clientId", "objectId"];

function collectPrincipals(value: JsonValue, id: string, found: Map<string, string>): void {
  if (!isObject(value)) return;
  const { identity, properties, type } = value;
  const holders = [
    ...(type === "Microsoft.ManagedIdentity/userAssignedIdentities" ? [properties] : []),
    ...(isObject(identity) ? [identity] : []),
  ];
  for (const holder of holders.filter(isObject))
    for (const member of PRINCIPAL_MEMBERS)
      if (typeof holder[member] === "string") found.set(holder[member].toLowerCase(), `<${member} of ${id}>`);
}

/** Short enough for a table: two sets of resources that are equal have the same one. */
export function fingerprint(taken: Snapshot): string {
  return createHash("sha256").update(JSON.stringify(taken)).digest("hex").slice(0, 12);
}

/** Where two differ, a line for each of the first places. */
export function differences(a: JsonValue | undefined, b: JsonValue | undefined, at = ""): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.flatMap((item, index) => differences(item, b[index], `${at}/${index}`));
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return keys.flatMap((key) => differences(a[key], b[key], `${at}/${key}`));
  }
  const show = (value: JsonValue | undefined) => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 200));
  return [`${at}: ${show(a)} and ${show(b)}`];
}

interface Kept {
  readonly resource: { readonly id: string };
  readonly purgeable: boolean;
}

/** Resources that were not there before and soft-deleted ones; what purge protection keeps is nobody's to remove. */
export function leftovers(cloud: TestCloud, before: Snapshot): string[] {
  const { host } = cloud;
  const kept = host.store.list<Kept>("soft-deleted").filter(({ value }) => value.purgeable);
  return [
    ...Object.keys(snapshot(cloud)).filter((id) => !Object.hasOwn(before, id)),
    ...kept.map(({ value }) => `soft-deleted ${value.resource.id}`),
  ];
}
