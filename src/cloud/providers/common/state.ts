import type { Resource } from "../../contract.ts";
import { textAt } from "./body.ts";

const SETTLED = new Set(["succeeded", "failed", "canceled"]);

/** True while an operation of Azure's works on the resource: a second one is refused by most providers. */
export function isBusy(resource: Resource | undefined): boolean {
  const state = resource && textAt(resource.properties, "provisioningState");
  return state !== undefined && !SETTLED.has(state.toLowerCase());
}

export function hasSucceeded(resource: Resource | undefined): boolean {
  return resource !== undefined && textAt(resource.properties, "provisioningState")?.toLowerCase() === "succeeded";
}
