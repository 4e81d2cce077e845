import { isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import { durationMs } from "./duration.ts";
import { badArgument, notRehearsed } from "./faults.ts";
import type { Probe } from "./probe.ts";

/** Azure ML's defaults for a deployment that says nothing. */
const REQUEST = { requestTimeout: "PT5S", maxConcurrentRequestsPerInstance: 1, maxQueueWait: "PT0.5S" };
const PROBE = { initialDelay: "PT10S", period: "PT10S", timeout: "PT2S", successThreshold: 1, failureThreshold: 30 };
/** Azure's own limit for Kubernetes endpoints. */
const LONGEST_REQUEST_MS = 300_000;
/** Each instance is a process of this machine. */
const MOST_INSTANCES = 16;

/**
 * `properties.requestSettings` completed. The router keeps `requestTimeout`; it has no queue of its own, so
 * `maxConcurrentRequestsPerInstance` and `maxQueueWait` are checked and shown, not enforced.
 */
export function requestSettings(value: JsonValue | undefined): JsonObject {
  const at = "properties.requestSettings";
  const settings = { ...REQUEST, ...objectAt(value, at) };
  const timeoutMs = durationAt(settings.requestTimeout, `${at}.requestTimeout`);
  if (timeoutMs < 1 || timeoutMs > LONGEST_REQUEST_MS)
    throw badArgument(
      `${at}.requestTimeout is ${settings.requestTimeout}; Kubernetes endpoints take up to PT5M`,
      `${at}.requestTimeout`,
    );
  durationAt(settings.maxQueueWait, `${at}.maxQueueWait`);
  wholeAt(settings.maxConcurrentRequestsPerInstance, `${at}.maxConcurrentRequestsPerInstance`);
  return settings;
}

export function requestTimeoutMs(settings: JsonValue | undefined): number {
  const value = isObject(settings) ? settings.requestTimeout : undefined;
  return durationAt(value ?? REQUEST.requestTimeout, "properties.requestSettings.requestTimeout");
}

/** `properties.livenessProbe` or `properties.readinessProbe` completed. */
export function probeSettings(value: JsonValue | undefined, at: string): JsonObject {
  const settings = { ...PROBE, ...objectAt(value, at) };
  toProbe(settings, "/", at);
  return settings;
}

/** Completed probe settings as numbers, for this route. */
export function toProbe(value: JsonValue | undefined, path: string, at: string): Probe {
  const settings = { ...PROBE, ...objectAt(value, at) };
  return {
    path,
    initialDelayMs: durationAt(settings.initialDelay, `${at}.initialDelay`),
    periodMs: Math.max(1_000, durationAt(settings.period, `${at}.period`)),
    timeoutMs: Math.max(1, durationAt(settings.timeout, `${at}.timeout`)),
    successThreshold: wholeAt(settings.successThreshold, `${at}.successThreshold`),
    failureThreshold: wholeAt(settings.failureThreshold, `${at}.failureThreshold`),
  };
}

/**
 * `sku` and `properties.scaleSettings` completed, and how many instances they ask for now. Load does not scale a
 * deployment here: a range of instances runs at its least.
 */
export function scaling(
  sku: JsonObject | undefined,
  value: JsonValue | undefined,
): { sku: JsonObject; scaleSettings: JsonObject; instances: number } {
  const at = "properties.scaleSettings";
  const settings = objectAt(value, at);
  const scaleType = settings.scaleType ?? "Default";
  const capacity = wholeAt(sku?.capacity ?? 1, "sku.capacity");
  if (scaleType === "Default") {
    return {
      sku: { name: "Default", ...sku, capacity },
      scaleSettings: { ...settings, scaleType },
      instances: bounded(capacity, "sku.capacity"),
    };
  }
  if (scaleType !== "TargetUtilization")
    throw badArgument(
      `${at}.scaleType is ${JSON.stringify(scaleType)}; it must be Default or TargetUtilization`,
      `${at}.scaleType`,
    );
  const minInstances = wholeAt(settings.minInstances ?? 1, `${at}.minInstances`);
  const maxInstances = wholeAt(settings.maxInstances ?? 1, `${at}.maxInstances`);
  if (maxInstances < minInstances)
    throw badArgument(`${at}.maxInstances is ${maxInstances}, less than minInstances ${minInstances}`, `${at}.maxInstances`);
  const target = wholeAt(settings.targetUtilizationPercentage ?? 70, `${at}.targetUtilizationPercentage`);
  if (target > 100)
    throw badArgument(`${at}.targetUtilizationPercentage is ${target}; it is a percentage`, `${at}.targetUtilizationPercentage`);
  const pollingInterval = settings.pollingInterval ?? "PT1S";
  durationAt(pollingInterval, `${at}.pollingInterval`);
  return {
    sku: { name: "Default", ...sku, capacity: minInstances },
    scaleSettings: { ...settings, scaleType, minInstances, maxInstances, targetUtilizationPercentage: target, pollingInterval },
    instances: bounded(minInstances, `${at}.minInstances`),
  };
}

/** `properties.environmentVariables`: texts only, as in a pod. */
export function environmentVariables(value: JsonValue | undefined): Record<string, string> {
  const at = "properties.environmentVariables";
  const checked: Record<string, string> = {};
  for (const [name, text] of Object.entries(objectAt(value, at))) {
    if (typeof text !== "string") throw badArgument(`${at}.${name} must be text`, `${at}.${name}`);
    checked[name] = text;
  }
  return checked;
}

/** True for what was really sent: SDKs send null and empty objects for "not given". */
export function isFilled(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && !(isObject(value) && Object.keys(value).length === 0);
}

function bounded(instances: number, at: string): number {
  if (instances > MOST_INSTANCES) throw notRehearsed(`${at} ${instances}: more than ${MOST_INSTANCES} instances`);
  return instances;
}

function objectAt(value: JsonValue | undefined, at: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw badArgument(`${at} must be an object`, at);
  // A null member means "not given": the Python SDK sends them.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function durationAt(value: JsonValue | undefined, at: string): number {
  if (typeof value !== "string") throw badArgument(`${at} must be an ISO 8601 duration such as PT5S`, at);
  return durationMs(value, at);
}

function wholeAt(value: JsonValue | undefined, at: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
    throw badArgument(`${at} is ${JSON.stringify(value)}; it must be a whole number of at least 1`, at);
  return value;
}
