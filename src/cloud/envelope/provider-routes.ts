import type { JsonObject } from "../../base/index.ts";
import type { ArmHandler, ArmRequest, ProviderModule } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { isRegistered, setRegistered } from "./guards.ts";
import { LOCATIONS } from "./locations.ts";
import { page } from "./paging.ts";

const PROVIDERS = /^(?:\/subscriptions\/([^/]+))?\/providers(?:\/([^/]+)(?:\/(register|unregister))?)?$/i;

/** Namespaces that are part of Resource Manager itself and cannot be unregistered. */
const ALWAYS = ["microsoft.resources", "microsoft.authorization"];

/** Types that have routes of their own rather than a `TypeSpec`. */
const OWN_TYPES: Readonly<Record<string, readonly JsonObject[]>> = {
  "Microsoft.Resources": ["deployments", "tags", "subscriptions", "resources", "providers", "tenants"].map((resourceType) =>
    own(resourceType, "2025-04-01"),
  ),
  "Microsoft.Authorization": ["roleDefinitions", "permissions"].map((resourceType) => own(resourceType, "2022-04-01")),
};

function own(resourceType: string, apiVersion: string): JsonObject {
  return { resourceType, locations: [], apiVersions: [apiVersion], defaultApiVersion: apiVersion, capabilities: "None" };
}

/** Which namespaces there are, their types and api-versions, and their registration in the subscription. */
export function createProviderRoutes(envelope: Envelope): ArmHandler {
  const { authorizer, endpoints, subscriptionId } = envelope.host;
  const scope = `/subscriptions/${subscriptionId}`;

  function allow(request: ArmRequest, action: string): void {
    if (!authorizer.allows(request.caller, action, scope)) throw faults.unauthorized(request.caller, action, scope);
  }

  return async (request) => {
    const matched = PROVIDERS.exec(request.path);
    if (!matched) return undefined;
    const [, subscription, namespace, verb] = matched;
    if (subscription !== undefined && subscription.toLowerCase() !== subscriptionId.toLowerCase()) {
      throw faults.subscriptionNotFound(subscription);
    }
    if (namespace === undefined) {
      if (request.method !== "GET") throw faults.methodNotAllowed(request.method, `'${request.path}'`);
      const all = envelope.registry.modules.map((module) => describe(envelope, module));
      return { status: 200, body: page(all, request, endpoints.arm) };
    }
    const module = envelope.registry.namespace(namespace);
    if (module === undefined) throw faults.invalidNamespace(namespace);
    if (verb === undefined) {
      if (request.method !== "GET") throw faults.methodNotAllowed(request.method, `'${request.path}'`);
      if (subscription !== undefined) allow(request, "Microsoft.Resources/subscriptions/providers/read");
      return { status: 200, body: describe(envelope, module) };
    }
    if (request.method !== "POST") throw faults.methodNotAllowed(request.method, `'${request.path}'`);
    const registers = verb.toLowerCase() === "register";
    allow(request, `${module.namespace}/${registers ? "register" : "unregister"}/action`);
    if (!registers && ALWAYS.includes(module.namespace.toLowerCase())) {
      throw faults.invalidContent(`the namespace '${module.namespace}' cannot be unregistered`);
    }
    setRegistered(envelope, module.namespace, registers);
    return { status: 200, body: describe(envelope, module) };
  };
}

function describe(envelope: Envelope, { namespace, types }: ProviderModule): JsonObject {
  const registered = isRegistered(envelope, namespace);
  return {
    id: `/subscriptions/${envelope.host.subscriptionId}/providers/${namespace}`,
    namespace,
    registrationState: registered ? "Registered" : "NotRegistered",
    registrationPolicy: ALWAYS.includes(namespace.toLowerCase()) ? "RegistrationFree" : "RegistrationRequired",
    resourceTypes: [
      ...(OWN_TYPES[namespace] ?? []),
      ...types.map(
        ({ apiVersions, extension, location, type }): JsonObject => ({
          resourceType: type,
          locations: location === "required" ? LOCATIONS.map(([, displayName]) => displayName) : [],
          apiVersions: [...apiVersions],
          ...(apiVersions[0] === undefined ? {} : { defaultApiVersion: apiVersions[0] }),
          capabilities:
            extension === true ? "SupportsExtension" : location === "required" ? "SupportsTags, SupportsLocation" : "None",
        }),
      ),
    ],
  };
}
