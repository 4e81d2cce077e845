import type { JsonValue } from "../base/index.ts";
import {
  type AnyInput,
  createProgram,
  type Expr,
  nearest,
  type Program,
  type ProgramBuilder,
  type ResourceHandle,
  referents,
  resourceHandle,
  toNode,
} from "../ir/index.ts";
import { EXIT, QuaysideError } from "../report/index.ts";
import { mergeBody } from "./merge-body.ts";
import type { Parameters } from "./parameters.ts";
import type { EnvironmentName } from "./profiles.ts";
import type { Settings } from "./settings.ts";

type ValueOf<T> = T extends Expr<infer Value> ? Value : never;

/** A value for some of the platform's parameters, by name. */
export type ParameterValues = { readonly [Name in Exclude<keyof Parameters, "environmentName">]?: ValueOf<Parameters[Name]> } & {
  readonly environmentName?: EnvironmentName;
};

/** What a team makes different from the platform as it comes; every target prints the result. */
export interface Customisation {
  /** Default values in place of the platform's own. Environment variables, parameters files and flags still win over them. */
  readonly parameters?: ParameterValues;
  /** Adds resources, parameters and outputs, and overrides bodies. Runs once for each time the definition is read. */
  readonly extend?: (platform: Extension) => void;
}

/** A resource of the team's own, and what it may refer to. */
export interface Extension extends Omit<ProgramBuilder, "build"> {
  /** The platform's parameters, as expressions: `platform.parameters.location`. */
  readonly parameters: Parameters;
  /** The tags of every resource. */
  readonly tags: Settings["resourceTags"];
  /** A value of the environment's profile: `platform.profile("logRetentionDays")`. */
  readonly profile: Settings["profile"];
  /** A resource of the platform by its symbol, as `quayside plan --json` lists them. */
  get(symbol: string): ResourceHandle;
  /**
   * Changes members of a resource's body, in ARM's shape: objects are merged member by member, everything else is replaced,
   * lists included. Names, types, parents and conditions stay as they are.
   */
  override(symbol: string, body: { readonly [member: string]: AnyInput }): void;
}

/** The platform with a customisation on top. Throws a {@link QuaysideError} about the first thing in `extend` that cannot be. */
export function customise(platform: Program, settings: Settings, { parameters = {}, extend }: Customisation): Program {
  const withDefaults = { ...platform, parameters: platform.parameters.map((parameter) => withDefault(parameter, parameters)) };
  if (extend === undefined) return withDefaults;
  const builder = createProgram(withDefaults);
  const overrides: { readonly symbol: string; readonly body: AnyInput }[] = [];
  const { resourceTags: tags, profile, region: _region, nodesNow: _nodesNow, ...ours } = settings;
  const declared = () => builder.build().resources.map((resource) => resource.symbol);
  extend({
    ...builder,
    parameters: ours,
    tags,
    profile,
    get: (symbol) => {
      known(symbol, [...referents(builder.build()).keys()]);
      return resourceHandle(symbol);
    },
    override: (symbol, body) => {
      known(symbol, declared());
      overrides.push({ symbol, body });
    },
  });
  const extended = builder.build();
  return {
    ...extended,
    resources: extended.resources.map((resource) =>
      overrides
        .filter(({ symbol }) => symbol === resource.symbol)
        .reduce((made, { body }) => ({ ...made, body: mergeBody(made.body, body, `resources.${made.symbol}`) }), resource),
    ),
  };
}

function withDefault(parameter: Program["parameters"][number], values: Readonly<Record<string, JsonValue | object>>) {
  const value = Object.hasOwn(values, parameter.name) ? values[parameter.name] : undefined;
  return value === undefined ? parameter : { ...parameter, default: toNode(value as AnyInput) };
}

function known(symbol: string, symbols: readonly string[]): void {
  if (symbols.includes(symbol)) return;
  const guess = nearest(symbol, symbols);
  throw new QuaysideError(`there is no resource ${symbol}`, {
    code: "config.unknown-resource",
    fault: "user",
    hint: guess === undefined ? "quayside plan --json lists the symbols" : `did you mean ${guess}?`,
    exitCode: EXIT.diagnostics,
  });
}
