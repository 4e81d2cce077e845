import { join } from "node:path";
import { below, latestVersion, registerEnvironment, uploadCode, type Workspace } from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";
import { asString } from "../base/index.ts";
import { QuaysideError } from "../report/index.ts";
import { type InlineEnvironment, parseReference } from "./files/common.ts";

/** ARM id of the environment that a YAML file names or describes; paths are relative to the file's folder. */
export async function resolveEnvironment(
  workspace: Workspace,
  environment: string | InlineEnvironment,
  folder: string,
  otherwise: string,
  signal: AbortSignal,
): Promise<string> {
  if (typeof environment !== "string") {
    return registerEnvironment(
      workspace,
      environment.name ?? otherwise,
      await definition(workspace, environment, folder, signal),
      signal,
    );
  }
  const { name, version } = parseReference(environment);
  if (version !== "latest") return below(workspace, `environments/${name}/versions/${version}`);
  const found = await latestVersion(workspace, "environments", name, signal);
  if (found === undefined)
    throw new QuaysideError(`environment ${name} has no version in workspace ${workspace.name}`, {
      code: "mlops.environment-not-found",
      fault: "user",
    });
  return asString(found.id);
}

async function definition(
  workspace: Workspace,
  environment: InlineEnvironment,
  folder: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { image, build, inference_config: routes } = environment;
  // A build context is code to Azure ML: the same upload, named by its content.
  const context = build && (await uploadCode(workspace, join(folder, build.path), signal));
  return {
    osType: "Linux",
    ...(image === undefined ? {} : { image }),
    ...(build === undefined || context === undefined
      ? {}
      : { build: { contextUri: context.id, dockerfilePath: build.dockerfile_path ?? "Dockerfile" } }),
    ...(routes === undefined
      ? {}
      : {
          inferenceConfig: {
            livenessRoute: routes.liveness_route,
            readinessRoute: routes.readiness_route,
            scoringRoute: routes.scoring_route,
          },
        }),
  };
}
