export { type ClockMode } from "./clock.ts";
export { type Cloud, type CloudOptions, startCloud } from "./start.ts";
