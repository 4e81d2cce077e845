import { type AnyInput, call, type Expr, get, type ProgramBuilder } from "../ir/index.ts";
import { declareParameters, type Parameters } from "./parameters.ts";
import type { ML_POOLS } from "./pools.ts";
import { PROFILES, type Profile } from "./profiles.ts";

export type PoolName = "system" | keyof typeof ML_POOLS;

/** What every concern starts from. */
export interface Settings extends Parameters {
  /** A value of the environment's profile, with the overrides applied. */
  readonly profile: <Key extends keyof Profile>(key: Key) => Expr<Profile[Key]>;
  /** `runningNodes` with a zero for every pool that it does not name. */
  readonly nodesNow: Expr<Readonly<Record<PoolName, number>>>;
  /** The region as addresses spell it: `westeurope`. */
  readonly region: Expr<string>;
  /** The tags of every resource that takes tags. */
  readonly resourceTags: Expr<Record<string, string>>;
}

const NO_NODES: Readonly<Record<PoolName, number>> = { system: 0, mlpool: 0, gpupool: 0, spotpool: 0 };

export function declareSettings(program: ProgramBuilder): Settings {
  const parameters = declareParameters(program);
  const profiles = program.variable<object>("profiles", PROFILES, "What separates one environment from another.");
  const profile = program.variable<Profile>(
    "profile",
    call<Profile>("union", get(profiles, parameters.environmentName), parameters.profileOverrides),
  );
  const ours: AnyInput = { workload: "mlops", environment: parameters.environmentName, managedBy: "quayside" };
  return {
    ...parameters,
    profile: <Key extends keyof Profile>(key: Key) => get<Profile[Key]>(profile, key),
    nodesNow: program.variable<Record<PoolName, number>>(
      "nodesNow",
      call("union", NO_NODES, parameters.runningNodes),
      "Nodes that pools have now which scale by themselves.",
    ),
    region: program.variable<string>("region", spelledInAddresses(parameters.location), "The region as addresses spell it."),
    resourceTags: program.variable<Record<string, string>>("resourceTags", call("union", ours, parameters.tags)),
  };
}

/** Whichever way a region is given, addresses, policies and names of replicas have it without blanks: `West Europe` is `westeurope`. */
export function spelledInAddresses(location: Expr<string>): Expr<string> {
  return call("toLower", call("replace", location, " ", ""));
}
