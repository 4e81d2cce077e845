import { join } from "node:path";
import {
  below,
  deleteSchedule,
  findDeployment,
  findEndpoint,
  findSchedule,
  listDeployments,
  putSchedule,
  type Schedule,
  uploadData,
  type Workspace,
} from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";
import { QuaysideError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";
import {
  type MonitorData,
  type MonitorSchedule,
  type MonitorSignal,
  monitorSchedule,
  UNSUPPORTED_IN_MONITOR,
} from "./files/monitor.ts";
import { type Loaded, loadYaml } from "./files/yaml.ts";
import { readServing } from "./release/serving.ts";

export function loadMonitor(file: string): Promise<Loaded<MonitorSchedule>> {
  return loadYaml(file, monitorSchedule, UNSUPPORTED_IN_MONITOR);
}

export interface MonitorOptions {
  /** Watch the deployment that serves instead of the one that the file names: blue and green take turns. */
  readonly serving: boolean;
}

export interface Monitored {
  readonly schedule: Schedule;
  readonly endpoint: string;
  readonly deployment: string;
}

/** Uploads the reference data and puts the schedule; Azure ML runs it from then on. */
export async function monitor(
  workspace: Workspace,
  { value, folder }: Loaded<MonitorSchedule>,
  options: MonitorOptions,
  context: PipelineContext,
): Promise<Monitored> {
  const [, endpoint = "", named = ""] = value.create_monitor.monitoring_target.endpoint_deployment_id.split(":");
  const deployment = await monitoredDeployment(workspace, endpoint, named, options, context);
  const upload = async (data: MonitorData): Promise<string> => {
    const { path } = data.input_data;
    if (/^(azureml|https|wasbs|abfss):/.test(path)) return path;
    const name = `${value.name}-${data.data_context ?? "reference"}`.replaceAll("_", "-");
    return (await uploadData(workspace, name, join(folder, path), context.signal)).uri;
  };
  const signals: JsonObject = {};
  for (const [name, signal] of Object.entries(value.create_monitor.monitoring_signals))
    signals[name] = await signalBody(signal, upload, { of: `${endpoint}-${deployment}`, window: period(value.trigger) });
  const { compute, monitoring_target: target, alert_notification: alerts } = value.create_monitor;
  const monitorDefinition: JsonObject = {
    computeConfiguration: {
      computeType: "ServerlessSpark",
      instanceType: compute.instance_type,
      runtimeVersion: compute.runtime_version,
      computeIdentity: { computeIdentityType: "AmlToken" },
    },
    monitoringTarget: {
      taskType: target.ml_task === "classification" ? "Classification" : "Regression",
      deploymentId: below(workspace, `onlineEndpoints/${endpoint}/deployments/${deployment}`),
    },
    signals,
    ...(alerts === undefined ? {} : { alertNotificationSettings: { emailNotificationSettings: { emails: alerts.emails } } }),
  };
  const schedule = await putSchedule(
    workspace,
    value.name,
    {
      displayName: value.display_name ?? value.name,
      ...(value.description === undefined ? {} : { description: value.description }),
      isEnabled: true,
      trigger: triggerBody(value.trigger),
      action: { actionType: "CreateMonitor", monitorDefinition },
      tags: value.tags,
    },
    context.signal,
  );
  return { schedule, endpoint, deployment };
}

/** False when there was none. Azure ML deletes no schedule that is enabled. */
export async function stopMonitor(workspace: Workspace, name: string, { signal }: PipelineContext): Promise<boolean> {
  const found = await findSchedule(workspace, name, signal);
  if (found === undefined) return false;
  if (found.isEnabled) await putSchedule(workspace, name, { ...found.properties, isEnabled: false }, signal);
  await deleteSchedule(workspace, name, signal);
  return true;
}

async function monitoredDeployment(
  workspace: Workspace,
  endpointName: string,
  named: string,
  { serving }: MonitorOptions,
  { signal, reporter }: PipelineContext,
): Promise<string> {
  const endpoint = await findEndpoint(workspace, endpointName, signal);
  const missing = (what: string) =>
    new QuaysideError(`${what} does not exist, so there is nothing to monitor`, {
      code: "mlops.nothing-to-monitor",
      fault: "user",
      hint: "release a model first: quayside model release",
    });
  if (endpoint === undefined) throw missing(`endpoint ${endpointName}`);
  const { stable } = readServing(endpoint, await listDeployments(workspace, endpointName, signal));
  const chosen = serving ? stable : named;
  const deployment = chosen === undefined ? undefined : await findDeployment(workspace, endpointName, chosen, signal);
  if (chosen === undefined || deployment === undefined)
    throw missing(`deployment ${chosen ?? "that serves"} of endpoint ${endpointName}`);
  if (!deployment.collects)
    reporter.emit("warning", {
      code: "mlops.nothing-collected",
      message: `${chosen} collects nothing (data_collector), so signals without production_data of their own have nothing to look at`,
    });
  if (chosen !== stable)
    reporter.emit("warning", {
      code: "mlops.monitors-idle-deployment",
      message: `${chosen} is monitored, but ${stable ?? "no deployment"} serves; --serving monitors what serves`,
    });
  return chosen;
}

const SIGNAL_TYPES = { data_drift: "DataDrift", prediction_drift: "PredictionDrift", data_quality: "DataQuality" } as const;

/** What a deployment collects, under the name that Azure ML gives it. */
interface Collected {
  /** `{endpoint}-{deployment}` */
  readonly of: string;
  /** How far a run looks back, ISO 8601. */
  readonly window: string;
}

async function signalBody(
  signal: MonitorSignal,
  upload: (data: MonitorData) => Promise<string>,
  collected: Collected,
): Promise<JsonObject> {
  const target = signal.reference_data.data_column_names?.target_column;
  const features = signal.type === "prediction_drift" ? undefined : featuresBody(signal.features);
  return {
    signalType: SIGNAL_TYPES[signal.type],
    notificationTypes: signal.alert_enabled ? ["AmlNotification"] : [],
    metricThresholds: thresholds(signal.metric_thresholds),
    productionData:
      signal.production_data === undefined
        ? collectedData(signal, collected)
        : dataBody(signal.production_data, await upload(signal.production_data)),
    referenceData: dataBody(signal.reference_data, await upload(signal.reference_data)),
    ...(features === undefined ? {} : { features }),
    ...(features === undefined || target === undefined
      ? {}
      : {
          featureImportanceSettings: {
            mode: features.filterType === "TopNByAttribution" ? "Enabled" : "Disabled",
            targetColumn: target,
          },
        }),
  };
}

function collectedData({ type }: MonitorSignal, { of, window }: Collected): JsonObject {
  const collection = type === "prediction_drift" ? "model_outputs" : "model_inputs";
  return {
    inputDataType: "Rolling",
    jobInputType: "uri_folder",
    uri: `azureml:${of}-${collection}:1`,
    dataContext: collection,
    windowSize: window,
    windowOffset: "P0D",
  };
}

/** What passes between two runs; a day where a calendar or a cron decides. */
function period(trigger: MonitorSchedule["trigger"]): string {
  if (trigger.type === "cron") return "P1D";
  const { frequency, interval } = trigger;
  if (frequency === "minute") return `PT${interval}M`;
  if (frequency === "hour") return `PT${interval}H`;
  return `P${interval * { day: 1, week: 7, month: 30 }[frequency]}D`;
}

function dataBody(data: MonitorData, uri: string): JsonObject {
  return {
    jobInputType: data.input_data.type,
    uri,
    ...(data.data_context === undefined ? {} : { dataContext: data.data_context }),
    ...(data.data_column_names === undefined ? {} : { columns: { ...data.data_column_names } }),
    ...(data.data_window === undefined
      ? { inputDataType: "Fixed" }
      : {
          inputDataType: "Rolling",
          windowSize: data.data_window.lookback_window_size,
          windowOffset: data.data_window.lookback_window_offset,
        }),
  };
}

function featuresBody(
  features: Extract<MonitorSignal, { type: "data_drift" }>["features"],
): (JsonObject & { readonly filterType: string }) | undefined {
  if (features === undefined) return undefined;
  if (features === "all_features") return { filterType: "AllFeatures" };
  if (Array.isArray(features)) return { filterType: "FeatureSubset", features };
  return { filterType: "TopNByAttribution", top: features.top_n_feature_importance };
}

/** `{ numerical: { null_value_rate: 0.1 } }` as Azure ML's list of thresholds. */
function thresholds(given: MonitorSignal["metric_thresholds"]): JsonObject[] {
  return (["numerical", "categorical"] as const).flatMap((kind) =>
    Object.entries(given[kind] ?? {}).map(([metric, value]) => ({
      dataType: kind === "numerical" ? "Numerical" : "Categorical",
      metric: pascalCase(metric),
      threshold: { value },
    })),
  );
}

function triggerBody(trigger: MonitorSchedule["trigger"]): JsonObject {
  const { start_time: startTime, end_time: endTime, time_zone: timeZone } = trigger;
  const times = { ...(startTime === undefined ? {} : { startTime }), ...(endTime === undefined ? {} : { endTime }), timeZone };
  if (trigger.type === "cron") return { triggerType: "Cron", expression: trigger.expression, ...times };
  const { frequency, interval, schedule } = trigger;
  return {
    triggerType: "Recurrence",
    frequency: pascalCase(frequency),
    interval,
    ...(schedule === undefined
      ? {}
      : {
          schedule: {
            hours: schedule.hours,
            minutes: schedule.minutes,
            ...(schedule.week_days === undefined ? {} : { weekDays: schedule.week_days.map(pascalCase) }),
            ...(schedule.month_days === undefined ? {} : { monthDays: schedule.month_days }),
          },
        }),
    ...times,
  };
}

/** `two_sample_kolmogorov_smirnov_test` as Azure ML's REST interface spells it. */
function pascalCase(words: string): string {
  return words
    .split("_")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}
