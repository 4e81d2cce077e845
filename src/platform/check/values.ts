import { isObject, type JsonValue } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { DEFAULTS } from "../defaults.ts";
import { ENVIRONMENTS, PROFILES, type Profile } from "../profiles.ts";

type Widen<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : never;

/** The parameters as the rules see them: what was given where its type is right, the default otherwise. */
export type Values = { readonly [Key in keyof typeof DEFAULTS]: Widen<(typeof DEFAULTS)[Key]> } & {
  /** With the overrides whose keys and types are right. */
  readonly profile: Profile;
  readonly given: Readonly<Record<string, JsonValue>>;
};

/** A wrong type is reported where parameters are held against their declarations; here it must only do no harm. */
export function readValues(given: Readonly<Record<string, JsonValue>>): Values {
  const typed = Object.entries(DEFAULTS).map(([name, initial]) => {
    const value = given[name];
    return [name, typeof value === typeof initial ? value : initial];
  });
  const parameters = Object.fromEntries(typed) as Omit<Values, "profile" | "given">;
  const environment = ENVIRONMENTS.find((name) => name === parameters.environmentName) ?? DEFAULTS.environmentName;
  return { ...parameters, profile: overridden(PROFILES[environment], given.profileOverrides), given };
}

function overridden(profile: Profile, overrides: JsonValue | undefined): Profile {
  if (!isObject(overrides)) return profile;
  const fitting = Object.entries(profile).map(([key, value]) => {
    const override = overrides[key];
    const fits = typeof override === typeof value && Array.isArray(override) === Array.isArray(value) && override !== null;
    return [key, fits ? override : value];
  });
  return Object.fromEntries(fitting);
}

/** A rule looks at everything and reports what it finds. */
export type Rule = (values: Values) => Diagnostic[];

export function problem(code: string, parameter: string, message: string, help: string): Diagnostic {
  return { code: `platform.${code}`, severity: "error", message, at: `parameters.${parameter}`, help };
}

export function warning(code: string, parameter: string, message: string, help: string): Diagnostic {
  return { ...problem(code, parameter, message, help), severity: "warning" };
}
