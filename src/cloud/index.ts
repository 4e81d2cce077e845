export type { ClockMode } from "./clock.ts";
export type { Cloud, CloudOptions } from "./cloud.ts";
export { startCloud } from "./start.ts";
