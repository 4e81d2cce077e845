import type { ResourceId } from "../../azure/index.ts";
import { ArmFault, type Principal } from "../contract.ts";

/** What Resource Manager itself refuses, whatever the provider: Azure's statuses and codes, our words. */
export const faults = {
  missingApiVersion: () =>
    new ArmFault(
      400,
      "MissingApiVersionParameter",
      "the api-version query parameter (?api-version=) is required for all requests",
    ),
  invalidApiVersion: (value: string) =>
    new ArmFault(
      400,
      "InvalidApiVersionParameter",
      `the api-version '${value}' is invalid; it must be a date such as 2025-04-01, or 2025-04-01-preview`,
    ),
  noRegisteredProvider: (type: string, value: string, known: readonly string[]) =>
    new ArmFault(
      400,
      "NoRegisteredProviderFound",
      `no registered resource provider found for type '${type}' and api-version '${value}'; the supported api-versions are '${known.join(", ")}' and those between`,
    ),
  invalidNamespace: (namespace: string) =>
    new ArmFault(
      404,
      "InvalidResourceNamespace",
      `the resource namespace '${namespace}' is invalid: the embedded Azure does not have it`,
    ),
  invalidType: (type: string, apiVersion: string) =>
    new ArmFault(
      404,
      "InvalidResourceType",
      `the resource type '${type}' could not be found for api-version '${apiVersion}': the embedded Azure does not have it`,
    ),
  subscriptionNotFound: (id: string) => new ArmFault(404, "SubscriptionNotFound", `the subscription '${id}' could not be found`),
  groupNotFound: (name: string) => new ArmFault(404, "ResourceGroupNotFound", `resource group '${name}' could not be found`),
  groupBeingDeleted: (name: string) =>
    new ArmFault(
      409,
      "ResourceGroupBeingDeleted",
      `the resource group '${name}' is being deleted and takes no changes until that is done`,
    ),
  resourceNotFound: (id: ResourceId, type: string) => {
    const names = id.providers.at(-1)?.names.join("/") ?? "";
    const place = id.resourceGroup === undefined ? "" : ` under resource group '${id.resourceGroup}'`;
    return new ArmFault(404, "ResourceNotFound", `the resource '${type}/${names}'${place} was not found`);
  },
  parentNotFound: (child: string, parent: string) =>
    new ArmFault(
      404,
      "ParentResourceNotFound",
      `failed to perform the operation on nested resource '${child}': its parent '${parent}' was not found`,
    ),
  denied: (caller: Principal, action: string, scope: string) =>
    new ArmFault(
      403,
      "DenyAssignmentAuthorizationFailed",
      `the client '${caller.displayName}' with object id '${caller.objectId}' may perform action '${action}' at scope '${scope}', but a deny assignment of Azure's keeps everybody from it`,
    ),
  notRegistered: (namespace: string, subscriptionId: string) =>
    new ArmFault(
      409,
      "MissingSubscriptionRegistration",
      `the subscription '${subscriptionId}' is not registered to use the namespace '${namespace}'; register it with POST /subscriptions/${subscriptionId}/providers/${namespace}/register`,
      {
        details: [
          {
            code: "MissingSubscriptionRegistration",
            target: namespace,
            message: `the subscription is not registered to use '${namespace}'`,
          },
        ],
      },
    ),
  unauthorized: (principal: Principal, action: string, scope: string) =>
    new ArmFault(
      403,
      "AuthorizationFailed",
      `the client '${principal.displayName}' with object id '${principal.objectId}' does not have authorization to perform action '${action}' over scope '${scope}', or the scope is invalid; if access was granted recently, refresh your credentials`,
    ),
  conditionNotFulfilled: (principal: Principal, action: string, scope: string) =>
    new ArmFault(
      403,
      "AuthorizationFailed",
      `the client '${principal.displayName}' with object id '${principal.objectId}' has an authorization with an ABAC condition that is not fulfilled to perform action '${action}' over scope '${scope}'`,
    ),
  methodNotAllowed: (method: string, what: string) =>
    new ArmFault(405, "MethodNotAllowed", `the method ${method} is not allowed on ${what}`),
  invalidContent: (message: string, target?: string) =>
    new ArmFault(
      400,
      "InvalidRequestContent",
      `the request content was invalid: ${message}`,
      target === undefined ? {} : { target },
    ),
  unsupported: (feature: string) =>
    new ArmFault(400, "FeatureNotSupported", `the embedded Azure does not support ${feature}; see docs/parity.md`, {
      headers: { "x-ms-quayside-unsupported": feature },
    }),
  locked: (scope: string, operation: string, locks: readonly string[]) =>
    new ArmFault(
      409,
      "ScopeLocked",
      `the scope '${scope}' cannot perform ${operation} operation because the following scope(s) are locked: '${locks.join("', '")}'; remove the lock and try again`,
    ),
  preconditionFailed: (id: string) =>
    new ArmFault(412, "PreconditionFailed", `the condition in If-Match or If-None-Match does not hold for '${id}'`),
} as const;
