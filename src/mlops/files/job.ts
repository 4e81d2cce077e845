import { z } from "zod";
import { assetReference, environment, strings } from "./common.ts";

const literal = z.union([z.string(), z.number(), z.boolean()]);

const input = z.union([
  literal,
  z.strictObject({
    type: z.enum(["uri_file", "uri_folder"]),
    path: z.string(),
    mode: z.enum(["download", "ro_mount"]).default("download"),
  }),
]);

const output = z.strictObject({
  type: z.enum(["uri_folder", "uri_file", "custom_model"]),
  path: z.string().optional(),
  mode: z.enum(["upload", "rw_mount"]).default("upload"),
});

/** Azure ML's `commandJob` YAML, as far as Quayside sends it. */
export const commandJob = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal("command").default("command"),
  name: z.string().optional(),
  display_name: z.string().optional(),
  description: z.string().optional(),
  experiment_name: z.string().min(1),
  code: z.string(),
  command: z.string().min(1),
  environment,
  compute: assetReference,
  inputs: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), input).default({}),
  outputs: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), output).default({}),
  environment_variables: strings.default({}),
  resources: z
    .strictObject({
      instance_type: z.string().optional(),
      instance_count: z.int().min(1).optional(),
      shm_size: z.string().optional(),
    })
    .optional(),
  limits: z.strictObject({ timeout: z.number().positive() }).optional(),
  tags: strings.default({}),
});

export type CommandJob = z.output<typeof commandJob>;

export const UNSUPPORTED_IN_JOB = {
  distribution: "one process trains the model here",
  services: "interactive services need a session on the cluster",
  queue_settings: "the cluster has one queue",
  identity: "jobs run as the compute's identity",
  properties: "use tags",
} as const;
