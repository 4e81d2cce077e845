import { normalizeLocation } from "../../azure/index.ts";
import { asObjects, asString, type JsonObject, type JsonValue } from "../../base/index.ts";
import type { Ask, Wanted } from "./ask.ts";
import type { Finding } from "./finding.ts";

const API_VERSION = "2021-04-01";

/**
 * Namespaces that the subscription may not use yet, and types that the region does not have. A template registers some
 * namespaces by itself, where the caller may, and not what its resources lean on.
 */
export async function missingProviders({ client, location, wanted, signal }: Ask): Promise<Finding[]> {
  const known = await client.list(`/subscriptions/${client.connection.subscriptionId}/providers`, API_VERSION, signal);
  const needed = known.filter(({ namespace }) =>
    wanted.some(({ type }) => namespaceOf(type) === asString(namespace).toLowerCase()),
  );
  const closed = needed.filter((provider) => !isOpen(provider)).map(({ namespace }) => asString(namespace));
  return [
    ...closed.sort().map((namespace) => ({
      code: "ops.provider-unregistered",
      message: `the resource provider ${namespace} is not registered in the subscription`,
      hint: `az provider register --namespace ${namespace} --wait`,
    })),
    ...elsewhere(needed, wanted, location).map((type) => ({
      code: "ops.type-not-offered",
      message: `${type} is not offered in ${location}`,
      hint: "choose another region",
    })),
  ];
}

function isOpen({ registrationState, registrationPolicy }: JsonObject): boolean {
  return registrationPolicy === "RegistrationFree" || ["Registered", "Registering"].includes(asString(registrationState));
}

/** Types with a list of regions, and none for the one that a resource names. Azure Resource Manager refuses by the same list. */
function elsewhere(providers: readonly JsonObject[], wanted: readonly Wanted[], location: string): string[] {
  const regions = new Map<string, readonly string[]>();
  for (const { namespace, resourceTypes } of providers)
    for (const { resourceType, locations } of asObjects(resourceTypes))
      regions.set(`${asString(namespace)}/${asString(resourceType)}`.toLowerCase(), texts(locations).map(normalizeLocation));
  const missing = wanted
    .filter(({ body }) => typeof body.location === "string" && normalizeLocation(body.location) === location)
    .map(({ type }) => type)
    .filter((type) => {
      const offered = regions.get(type.toLowerCase()) ?? [];
      return offered.length > 0 && !offered.includes(location) && !offered.includes("global");
    });
  return [...new Set(missing)].sort();
}

const namespaceOf = (type: string) => (type.split("/")[0] ?? "").toLowerCase();
const texts = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
