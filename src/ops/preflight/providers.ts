import { asString, isObject } from "../../base/index.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

const API_VERSION = "2021-04-01";

/** Namespaces that the subscription may not use yet. A template registers some by itself, where the caller may, and not what its resources lean on. */
export async function unregisteredProviders({ client, wanted, signal }: Ask): Promise<Finding[]> {
  const path = `/subscriptions/${client.connection.subscriptionId}/providers`;
  const known = await client.list(path, API_VERSION, signal);
  const needed = new Set(wanted.map(({ type }) => namespaceOf(type)));
  const missing = known
    .filter(isObject)
    .filter(({ namespace, registrationState, registrationPolicy }) => {
      const isOpen =
        registrationPolicy === "RegistrationFree" || ["Registered", "Registering"].includes(asString(registrationState));
      return needed.has(namespaceOf(asString(namespace))) && !isOpen;
    })
    .map(({ namespace }) => asString(namespace))
    .sort();
  return missing.map((namespace) => ({
    code: "ops.provider-unregistered",
    message: `the resource provider ${namespace} is not registered in the subscription`,
    hint: `az provider register --namespace ${namespace} --wait`,
  }));
}

function namespaceOf(type: string): string {
  return (type.split("/")[0] ?? "").toLowerCase();
}
