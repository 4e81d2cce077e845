import { badArgument } from "./faults.ts";

const ISO_8601 = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration such as `PT5S`; days at the most, as Azure ML takes them. */
export function durationMs(text: string, target: string): number {
  const match = ISO_8601.exec(text);
  if (match === null || /[PT]$/.test(text))
    throw badArgument(`${target} is ${JSON.stringify(text)}; it must be an ISO 8601 duration such as PT5S`, target);
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days ?? 0) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000);
}
