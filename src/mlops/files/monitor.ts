import { z } from "zod";
import { MODEL_NAME, strings } from "./common.ts";

/** ISO 8601 without months and years, as windows have it. */
const duration = z.string().regex(/^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?$/, "expected a duration such as P7D");
const moment = z.string().regex(/^\d{4}-\d{2}-\d{2}/, "expected a date and time such as 2027-01-01T06:00:00");
const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item).min(1)]).transform((value): z.output<Item>[] => (Array.isArray(value) ? value : [value]));

const when = { start_time: moment.optional(), end_time: moment.optional(), time_zone: z.string().default("UTC") };

const trigger = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("recurrence"),
    frequency: z.enum(["minute", "hour", "day", "week", "month"]),
    interval: z.int().min(1),
    schedule: z
      .strictObject({
        hours: oneOrMore(z.int().min(0).max(23)),
        minutes: oneOrMore(z.int().min(0).max(59)),
        week_days: oneOrMore(z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])).optional(),
        month_days: oneOrMore(z.int().min(1).max(31)).optional(),
      })
      .optional(),
    ...when,
  }),
  z.strictObject({ type: z.literal("cron"), expression: z.string().min(9), ...when }),
]);

const context = z.enum(["model_inputs", "model_outputs", "training", "test", "validation", "ground_truth"]);

const data = z.strictObject({
  input_data: z.strictObject({ path: z.string(), type: z.enum(["uri_file", "uri_folder", "mltable"]) }),
  data_context: context.optional(),
  data_column_names: z.strictObject({ target_column: z.string().optional() }).optional(),
  /** Looks back from each run; without it the data stays the same. */
  data_window: z.strictObject({ lookback_window_size: duration, lookback_window_offset: duration.default("P0D") }).optional(),
});

const threshold = z.number().min(0);
const distances = { jensen_shannon_distance: threshold.optional(), population_stability_index: threshold.optional() };
const drift = z.strictObject({
  numerical: z
    .strictObject({
      ...distances,
      normalized_wasserstein_distance: threshold.optional(),
      two_sample_kolmogorov_smirnov_test: threshold.optional(),
    })
    .optional(),
  categorical: z.strictObject({ ...distances, pearsons_chi_squared_test: threshold.optional() }).optional(),
});
const rates = z.strictObject({
  null_value_rate: threshold.optional(),
  data_type_error_rate: threshold.optional(),
  out_of_bounds_rate: threshold.optional(),
});
const quality = z.strictObject({ numerical: rates.optional(), categorical: rates.optional() });

const features = z
  .union([z.literal("all_features"), z.array(z.string()).min(1), z.strictObject({ top_n_feature_importance: z.int().min(1) })])
  .optional();

const signal = { production_data: data.optional(), reference_data: data, alert_enabled: z.boolean().default(true) };

const anySignal = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("data_drift"), ...signal, features, metric_thresholds: drift }),
  z.strictObject({ type: z.literal("prediction_drift"), ...signal, metric_thresholds: drift }),
  z.strictObject({ type: z.literal("data_quality"), ...signal, features, metric_thresholds: quality }),
]);

export type MonitorSignal = z.output<typeof anySignal>;
export type MonitorData = z.output<typeof data>;

/** Azure ML's `monitorSchedule` YAML: signals over what a deployment collects. */
export const monitorSchedule = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(MODEL_NAME, "expected letters, digits, dots, hyphens and underscores"),
  display_name: z.string().optional(),
  description: z.string().optional(),
  trigger,
  create_monitor: z.strictObject({
    compute: z.strictObject({
      instance_type: z.string(),
      runtime_version: z.union([z.string(), z.number()]).transform(String),
    }),
    monitoring_target: z.strictObject({
      ml_task: z.enum(["classification", "regression"]),
      endpoint_deployment_id: z
        .string()
        .regex(/^azureml:[a-zA-Z][a-zA-Z0-9-]*:[a-zA-Z][a-zA-Z0-9-]*$/, "expected azureml:endpoint:deployment"),
    }),
    monitoring_signals: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), anySignal)
      .refine((signals) => Object.keys(signals).length > 0, "a monitor has at least one signal"),
    alert_notification: z.strictObject({ emails: z.array(z.email()).min(1) }).optional(),
  }),
  tags: strings.default({}),
});

export type MonitorSchedule = z.output<typeof monitorSchedule>;

export const UNSUPPORTED_IN_MONITOR = {
  properties: "use tags",
  create_job: "the pipeline starts its own trainings",
} as const;
