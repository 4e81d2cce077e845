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

/** Changes the tags of a version, which is all that may change. */
export async function tagModel(
  workspace: Workspace,
  model: ModelVersion,
  tags: Record<string, string>,
  signal?: AbortSignal,
): Promise<ModelVersion> {
  const path = below(workspace, `models/${model.name}/versions/${model.version}`);
  const body = await workspace.client.get(path, ML_API_VERSION, signal);
  const kept = properties(body);
  return toModel(
    model.name,
    await workspace.client.put(path, ML_API_VERSION, { properties: { ...kept, tags: { ...model.tags, ...tags } } }, signal),
  );
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

export async function listModelVersions(workspace: Workspace, name: string, signal?: AbortSignal): Promise<ModelVersion[]> {
  const container = await workspace.client.find(below(workspace, `models/${name}`), ML_API_VERSION, signal);
  if (container === undefined) return [];
  const rows = await workspace.client.list(below(workspace, `models/${name}/versions`), ML_API_VERSION, signal);
  return rows.map((row) => toModel(name, row));
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
