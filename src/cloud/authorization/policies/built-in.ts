import { normalizeLocation } from "../../../azure/index.ts";
import { isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import type { Resource } from "../../contract.ts";

export type PolicyParameters = Readonly<Record<string, JsonValue>>;

/** A policy or an initiative that comes with Azure. */
export interface BuiltInPolicy {
  readonly id: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, PolicyParameter>>;
  /** True when it denies a resource; absent where nothing here can tell (policies on what runs in a cluster). */
  readonly denies?: (resource: Resource, parameters: PolicyParameters) => boolean;
}

export interface PolicyParameter {
  readonly type: "String" | "Array";
  readonly required?: true;
  readonly allowed?: readonly string[];
  readonly initial?: JsonValue;
}

const EFFECT: PolicyParameter = { type: "String", allowed: ["Audit", "Deny", "Disabled"], initial: "Audit" };
const LIST: PolicyParameter = { type: "Array", initial: [] };
const texts = (value: JsonValue | undefined) => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

/** Those that the platform assigns. Source: Azure's own list of built-in policies, by id. */
export const BUILT_IN: readonly BuiltInPolicy[] = [
  {
    id: "/providers/Microsoft.Authorization/policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d",
    name: "Kubernetes cluster pod security baseline standards for Linux-based workloads",
    parameters: { effect: EFFECT, excludedNamespaces: LIST, namespaces: LIST },
  },
  {
    id: "/providers/Microsoft.Authorization/policySetDefinitions/42b8ef37-b724-4e24-bbc8-7a7708edfe00",
    name: "Kubernetes cluster pod security restricted standards for Linux-based workloads",
    parameters: { effect: EFFECT, excludedNamespaces: LIST, namespaces: LIST },
  },
  {
    id: "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
    name: "Allowed locations",
    parameters: { listOfAllowedLocations: { type: "Array", required: true } },
    denies: ({ location }, { listOfAllowedLocations }) =>
      location !== undefined &&
      normalizeLocation(location) !== "global" &&
      !texts(listOfAllowedLocations).map(normalizeLocation).includes(normalizeLocation(location)),
  },
  {
    id: "/providers/Microsoft.Authorization/policyDefinitions/404c3081-a854-4457-ae30-26a93ef643f9",
    name: "Secure transfer to storage accounts should be enabled",
    parameters: { effect: EFFECT },
    denies: ({ type, properties }, { effect }) =>
      effect === "Deny" &&
      type.toLowerCase() === "microsoft.storage/storageaccounts" &&
      properties.supportsHttpsTrafficOnly === false,
  },
];

export function builtIn(id: string): BuiltInPolicy | undefined {
  return BUILT_IN.find((policy) => policy.id.toLowerCase() === id.toLowerCase());
}

/** Values of an assignment's parameters, completed with those that the policy has by itself. */
export function parameterValues(policy: BuiltInPolicy, given: JsonObject): PolicyParameters {
  const value = (name: string): JsonValue | undefined => {
    const parameter = Object.entries(given).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    return isObject(parameter) ? parameter.value : undefined;
  };
  return Object.fromEntries(
    Object.entries(policy.parameters).flatMap(([name, { initial }]) => {
      const chosen = value(name) ?? initial;
      return chosen === undefined ? [] : [[name, chosen]];
    }),
  );
}
