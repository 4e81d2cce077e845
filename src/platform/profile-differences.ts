import { isObject, type JsonValue, jsonEqual } from "../base/index.ts";
import { DEFAULTS } from "./defaults.ts";
import { ENVIRONMENTS, type EnvironmentName, PROFILES } from "./profiles.ts";

export interface ProfileDifference {
  readonly key: string;
  /** What the environment's profile has. */
  readonly profile: JsonValue;
  readonly value: JsonValue;
}

/** The environment that the values choose. */
export function environmentOf(values: Readonly<Record<string, JsonValue>>): EnvironmentName {
  return ENVIRONMENTS.find((name) => name === values.environmentName) ?? DEFAULTS.environmentName;
}

/** Where `profileOverrides` leaves the environment's profile, by key. Keys that no profile has are the checks' business. */
export function profileDifferences(values: Readonly<Record<string, JsonValue>>): ProfileDifference[] {
  const overrides = isObject(values.profileOverrides) ? values.profileOverrides : {};
  const profile = PROFILES[environmentOf(values)] as unknown as Readonly<Record<string, JsonValue>>;
  return Object.entries(overrides)
    .flatMap(([key, value = null]): ProfileDifference[] => {
      const own = Object.hasOwn(profile, key) ? profile[key] : undefined;
      return own === undefined || jsonEqual(own, value) ? [] : [{ key, profile: own, value }];
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
