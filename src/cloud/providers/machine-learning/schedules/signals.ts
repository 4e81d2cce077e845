import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { at, listAt, numberAt, objectAt, objectsAt, requireOneOf, requireText, textAt } from "../../common/body.ts";
import { badRequest, unsupported } from "../../common/faults.ts";

const DISTANCES = ["JensenShannonDistance", "PopulationStabilityIndex"];
const DRIFT = {
  Numerical: [...DISTANCES, "NormalizedWassersteinDistance", "TwoSampleKolmogorovSmirnovTest"],
  Categorical: [...DISTANCES, "PearsonsChiSquaredTest"],
};
const QUALITY = ["NullValueRate", "DataTypeErrorRate", "OutOfBoundsRate"];

/** Signals and their metrics by type of data. Source: Azure ML's table of monitoring signals. */
const METRICS: Readonly<Record<string, { readonly Numerical: readonly string[]; readonly Categorical: readonly string[] }>> = {
  DataDrift: DRIFT,
  PredictionDrift: DRIFT,
  DataQuality: { Numerical: QUALITY, Categorical: QUALITY },
};
const OTHERS = ["FeatureAttributionDrift", "Custom"];
const INPUT_TYPES = ["uri_file", "uri_folder", "mltable"];
const DURATION = /^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?$/;

/** `collected`: the beginning of the names under which a monitored deployment's own data is registered once there is any. */
export function checkSignal(
  host: CloudHost,
  workspace: Resource,
  path: string,
  signal: JsonObject,
  collected: string | undefined,
): void {
  const type = requireText(signal, "signalType", "BadRequest", path);
  if (OTHERS.includes(type)) throw unsupported(`monitoring signals of type ${type}`);
  const metrics = METRICS[type];
  if (metrics === undefined)
    throw badRequest(
      "BadRequest",
      `${path}.signalType is ${type}; it must be one of ${[...Object.keys(METRICS), ...OTHERS].join(", ")}`,
    );
  const thresholds = objectsAt(signal, "metricThresholds");
  if (thresholds.length === 0) throw badRequest("BadRequest", `${path}.metricThresholds is empty`);
  for (const threshold of thresholds) checkThreshold(path, threshold, metrics);
  if (at(signal, "productionData") === undefined)
    throw badRequest("BadRequest", `${path}.productionData is missing; it is required`);
  const production = objectAt(signal, "productionData");
  const isCollected = collected !== undefined && textAt(production, "uri")?.startsWith(`azureml:${collected}-`) === true;
  checkData(host, workspace, `${path}.productionData`, production, isCollected);
  if (at(signal, "referenceData") === undefined)
    throw badRequest("BadRequest", `${path}.referenceData is missing; it is required`);
  checkData(host, workspace, `${path}.referenceData`, objectAt(signal, "referenceData"), false);
  checkFeatures(path, signal, type);
}

function checkThreshold(path: string, threshold: JsonObject, metrics: (typeof METRICS)[string]): void {
  const kind = textAt(threshold, "dataType");
  if (kind !== "Numerical" && kind !== "Categorical")
    throw badRequest("BadRequest", `${path}.metricThresholds[].dataType is ${kind}; it must be Numerical or Categorical`);
  const metric = textAt(threshold, "metric") ?? "";
  if (!metrics[kind].includes(metric))
    throw badRequest(
      "BadRequest",
      `${path}.metricThresholds[].metric is ${metric}; for ${kind} it must be one of ${metrics[kind].join(", ")}`,
    );
  const value = numberAt(threshold, "threshold.value");
  if (value !== undefined && value < 0) throw badRequest("BadRequest", `${path}.metricThresholds[].threshold.value is ${value}`);
}

function checkData(host: CloudHost, workspace: Resource, path: string, data: JsonObject, isCollected: boolean): void {
  const kind = requireText(data, "inputDataType", "BadRequest", path);
  requireText(data, "jobInputType", "BadRequest", path);
  requireOneOf(data, "jobInputType", INPUT_TYPES, "BadRequest", path);
  const uri = requireText(data, "uri", "BadRequest", path);
  const asset = /^(?:azureml:)?(\/subscriptions\/.+\/data\/[^/]+\/versions\/[^/]+)$/i.exec(uri)?.[1];
  const named = /^azureml:([^:/@]+):([^:/@]+)$/.exec(uri);
  const id = asset ?? (named === null ? undefined : `${workspace.id}/data/${named[1]}/versions/${named[2]}`);
  if (id !== undefined && !isCollected && host.resources.get(id) === undefined)
    throw badRequest("BadRequest", `${path}.uri refers to ${uri}, which does not exist`, `${path}.uri`);
  if (kind === "Rolling")
    for (const member of ["windowSize", "windowOffset"]) {
      const window = requireText(data, member, "BadRequest", path);
      if (!DURATION.test(window)) throw badRequest("BadRequest", `${path}.${member} is ${window}; it is a duration such as P7D`);
    }
  else if (kind === "Static")
    for (const member of ["windowStart", "windowEnd"]) {
      const moment = requireText(data, member, "BadRequest", path);
      if (Number.isNaN(Date.parse(moment)))
        throw badRequest("BadRequest", `${path}.${member} is ${moment}; it is a date and time`);
    }
  else if (kind !== "Fixed")
    throw badRequest("BadRequest", `${path}.inputDataType is ${kind}; it must be Fixed, Rolling or Static`);
}

function checkFeatures(path: string, signal: JsonObject, type: string): void {
  if (at(signal, "features") === undefined) return;
  const features = objectAt(signal, "features");
  const filter = textAt(features, "filterType");
  if (type === "PredictionDrift") throw badRequest("BadRequest", `${path}.features is for features; predictions have none`);
  if (filter === "FeatureSubset" && !areTexts(features, "features"))
    throw badRequest("BadRequest", `${path}.features.features names the features`);
  if (filter === "TopNByAttribution") {
    if (textAt(signal, "featureImportanceSettings.targetColumn") === undefined)
      throw badRequest(
        "BadRequest",
        `${path}.featureImportanceSettings.targetColumn is needed to find the most important features`,
      );
    return;
  }
  if (filter !== "AllFeatures" && filter !== "FeatureSubset")
    throw badRequest(
      "BadRequest",
      `${path}.features.filterType is ${filter}; it must be AllFeatures, FeatureSubset or TopNByAttribution`,
    );
}

/** True when a list is there and holds texts only. */
function areTexts(of: JsonObject, member: string): boolean {
  const items = listAt(of, member);
  return items.length > 0 && items.every((item) => typeof item === "string");
}
