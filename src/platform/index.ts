export { checkDefinition, checkTaints } from "./check/index.ts";
export { DEFAULTS } from "./defaults.ts";
export { definePlatform } from "./definition.ts";
export { ENVIRONMENTS, type EnvironmentName, PROFILES, type Profile } from "./profiles.ts";
export { ROLE_GRAPH } from "./roles.ts";
