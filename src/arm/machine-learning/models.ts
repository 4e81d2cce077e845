import { asString, isObject, type JsonObject } from "../../base/index.ts";
import { latestVersion } from "./assets.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

export interface ModelVersion {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Where its files are. */
  readonly uri: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

/** Registers the next version; versions are immutable, so two registrations never meet on one number. */
export async function registerModel(
  workspace: Workspace,
  model: {
    readonly name: string;
    readonly uri: string;
    readonly job: string;
    readonly description: string;
    readonly tags: Record<string, string>;
    readonly properties: Record<string, string>;
  },
  signal?: AbortSignal,
): Promise<ModelVersion> {
  const container = await workspace.client.find(below(workspace, `models/${model.name}`), ML_API_VERSION, signal);
  const next = properties(container).nextVersion;
  const version = typeof next === "string" && next !== "" ? next : "1";
  const body = await workspace.client.put(
    below(workspace, `models/${model.name}/versions/${version}`),
    ML_API_VERSION,
    {
      properties: {
        modelUri: model.uri,
        modelType: "custom_model",
        jobName: model.job,
        description: model.description,
        tags: model.tags,
        properties: model.properties,
      },
    },
    signal,
  );
  return toModel(model.name, body);
}

export async function findModel(
  workspace: Workspace,
  name: string,
  version: string,
  signal?: AbortSignal,
): Promise<ModelVersion | undefined> {
  const body =
    version === "latest"
      ? await latestVersion(workspace, "models", name, signal)
      : await workspace.client.find(below(workspace, `models/${name}/versions/${version}`), ML_API_VERSION, signal);
  return body && toModel(name, body);
}

function toModel(name: string, body: JsonObject): ModelVersion {
  const own = properties(body);
  return {
    id: asString(body.id),
    name,
    version: asString(body.name),
    uri: asString(own.modelUri),
    tags: strings(own.tags),
    properties: strings(own.properties),
  };
}

function strings(value: JsonObject[string]): Record<string, string> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asString(item)])) : {};
}
