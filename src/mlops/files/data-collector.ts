import { z } from "zod";
import { MODEL_NAME } from "./common.ts";

/** YAML's own booleans, and Azure ML's: it asks for these as text (`enabled: 'True'`). */
const truth = z
  .union([z.boolean(), z.string().regex(/^(true|false)$/i, "expected true or false")])
  .transform((value) => String(value).toLowerCase() === "true");

const collection = z.strictObject({
  enabled: truth,
  /** The data asset that names what is collected; Azure ML's clients register it before the deployment. */
  data: z
    .strictObject({
      name: z.string().regex(MODEL_NAME).optional(),
      version: z.union([z.string(), z.number()]).transform(String).optional(),
      path: z
        .string()
        .regex(/^azureml:\/\//, "expected azureml://datastores/.../paths/...")
        .optional(),
    })
    .optional(),
});

/** Upper and lower case are the same to Azure ML's clients. */
const rollingRate = z
  .string()
  .transform((value) => value.charAt(0).toUpperCase() + value.slice(1).toLowerCase())
  .pipe(z.enum(["Minute", "Hour", "Day", "Month", "Year"]));

/** `data_collector` of Azure ML's online deployment YAML; the collections are those that the model server knows. */
export const dataCollector = z.strictObject({
  collections: z
    .partialRecord(z.enum(["model_inputs", "model_outputs", "request", "response"]), collection)
    .refine((collections) => Object.keys(collections).length > 0, "expected at least one collection"),
  sampling_rate: z.number().min(0).max(1).default(1),
  rolling_rate: rollingRate.default("Hour"),
  request_logging: z.strictObject({ capture_headers: z.array(z.string().regex(/^[\w-]+$/)).default([]) }).optional(),
});

export type DataCollector = z.output<typeof dataCollector>;
