import { z } from "zod";

export const MODEL_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/;

/** `azureml:name`, `azureml:name:version`, `azureml:name@latest`. */
export const assetReference = z
  .string()
  .regex(
    /^azureml:[a-zA-Z0-9][a-zA-Z0-9._-]*(?::[a-zA-Z0-9._-]+|@latest)?$/,
    "expected azureml:name, azureml:name:version or azureml:name@latest",
  );

export const strings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const route = z.strictObject({ path: z.string().startsWith("/"), port: z.int().min(1).max(65535) });

export const inlineEnvironment = z
  .strictObject({
    name: z.string().optional(),
    description: z.string().optional(),
    image: z.string().optional(),
    build: z.strictObject({ path: z.string(), dockerfile_path: z.string().optional() }).optional(),
    inference_config: z.strictObject({ liveness_route: route, readiness_route: route, scoring_route: route }).optional(),
  })
  .refine((environment) => (environment.image === undefined) !== (environment.build === undefined), "give either image or build");

export type InlineEnvironment = z.output<typeof inlineEnvironment>;

export const environment = z.union([assetReference, inlineEnvironment]);

/** Splits `azureml:iris:3`; the version of a bare name or `@latest` is `latest`. */
export function parseReference(reference: string): { readonly name: string; readonly version: string } {
  const [name = "", version = "latest"] = reference.replace(/^azureml:/, "").split(/[:@]/);
  return { name, version };
}

/** Azure writes durations in ISO 8601. */
export function isoDuration(ms: number): string {
  return `PT${ms / 1000}S`;
}
