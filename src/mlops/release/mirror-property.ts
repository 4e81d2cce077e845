import type { Tags } from "../../arm/index.ts";
import { isObject, type JsonObject, parseJson } from "../../base/index.ts";

/**
 * The endpoint's property by which Quayside's router mirrors: JSON of percentages by challenger. Azure ML keeps such
 * properties and has no mirror on Kubernetes endpoints, so nothing of it refuses or obeys them.
 */
const MIRROR = "quayside.mirror";

/** The property with this challenger getting a copy of every request, or none; others stay. Nothing where it is not ours to read. */
export function mirrorTo(properties: Tags, challenger: string, isOn: boolean): Tags {
  const known = parse(properties[MIRROR] ?? "{}");
  if (known === undefined) return {};
  const { [challenger]: before, ...others } = known;
  if (!isOn && before === undefined) return {};
  return { [MIRROR]: JSON.stringify(isOn ? { ...others, [challenger]: 100 } : others) };
}

/** Whether the properties say already what is wanted. */
export function isMirrored(properties: Tags, wanted: Tags): boolean {
  return wanted[MIRROR] === undefined || wanted[MIRROR] === properties[MIRROR];
}

function parse(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}
