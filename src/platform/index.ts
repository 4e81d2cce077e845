export { checkBodies, checkDefinition } from "./check/index.ts";
export { clusterObjects } from "./cluster-objects.ts";
export type { Customisation, Extension, ParameterValues } from "./customisation.ts";
export { DEFAULTS } from "./defaults.ts";
export { definePlatform } from "./definition.ts";
export { deliveredKinds, deliveredObjects } from "./delivered-objects.ts";
export { replaced } from "./merge-body.ts";
export { environmentOf, type ProfileDifference, profileDifferences } from "./profile-differences.ts";
export { ENVIRONMENTS, type EnvironmentName, PROFILES, type Profile } from "./profiles.ts";
