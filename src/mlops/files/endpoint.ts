import { z } from "zod";
import { assetReference, environment, strings } from "./common.ts";
import { dataCollector } from "./data-collector.ts";

const ENDPOINT_NAME = /^[a-zA-Z][a-zA-Z0-9-]{2,31}$/;

/** Azure ML's `kubernetesOnlineEndpoint` YAML. */
export const onlineEndpoint = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(ENDPOINT_NAME, "expected 3 to 32 letters, digits and hyphens, a letter first"),
  description: z.string().optional(),
  compute: assetReference,
  auth_mode: z.enum(["key", "aml_token"]).default("key"),
  tags: strings.default({}),
  traffic: z
    .record(z.string(), z.int().min(0).max(100))
    .optional()
    .refine((traffic) => [undefined, 0, 100].includes(traffic && sum(Object.values(traffic))), "traffic must sum to 0 or 100"),
});

export type OnlineEndpoint = z.output<typeof onlineEndpoint>;

export const UNSUPPORTED_IN_ENDPOINT = {
  mirror_traffic: "Azure ML does not mirror traffic on Kubernetes endpoints",
  identity: "endpoints get a system-assigned identity",
  public_network_access: "it belongs to managed endpoints",
} as const;

const probe = z.strictObject({
  initial_delay: z.int().positive().optional(),
  period: z.int().positive().optional(),
  timeout: z.int().positive().optional(),
  success_threshold: z.int().positive().optional(),
  failure_threshold: z.int().positive().optional(),
});

const amounts = z.strictObject({
  cpu: z.union([z.string(), z.number()]).transform(String).optional(),
  memory: z.string().optional(),
  "nvidia.com/gpu": z.union([z.string(), z.number()]).transform(String).optional(),
});

/** Azure ML's `kubernetesOnlineDeployment` YAML. */
export const onlineDeployment = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal("kubernetes").default("kubernetes"),
  name: z.string().regex(ENDPOINT_NAME, "expected 3 to 32 letters, digits and hyphens, a letter first"),
  endpoint_name: z.string().optional(),
  description: z.string().optional(),
  model: assetReference,
  environment,
  code_configuration: z.strictObject({ code: z.string(), scoring_script: z.string() }).optional(),
  instance_type: z.string().optional(),
  instance_count: z.int().min(1).max(100).default(1),
  app_insights_enabled: z.boolean().default(false),
  environment_variables: strings.default({}),
  request_settings: z
    .strictObject({
      // 300 s is the longest that Azure ML lets a Kubernetes endpoint wait.
      request_timeout_ms: z.int().min(1).max(300_000).default(5000),
      max_concurrent_requests_per_instance: z.int().min(1).default(1),
      max_queue_wait_ms: z.int().min(0).default(500),
    })
    .optional(),
  liveness_probe: probe.optional(),
  readiness_probe: probe.optional(),
  resources: z.strictObject({ requests: amounts.optional(), limits: amounts.optional() }).optional(),
  data_collector: dataCollector.optional(),
  tags: strings.default({}),
});

export type OnlineDeployment = z.output<typeof onlineDeployment>;

export const UNSUPPORTED_IN_DEPLOYMENT = {
  scale_settings: "the number of instances is instance_count",
  egress_public_network_access: "it belongs to managed endpoints",
} as const;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
