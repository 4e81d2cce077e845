import { isObject, type JsonObject } from "../../../base/index.ts";
import type { CloudHost, Principal, Resource } from "../../contract.ts";
import { flagAt, objectAt, textAt } from "../../providers/common/body.ts";
import { exists, invalid, missing } from "./fault.ts";

/**
 * MLflow's registered models are the workspace's model assets: the container is the registered model, its versions are
 * the model versions. What ARM has no member for (stages of old, aliases, the run a version came from) is kept in the
 * assets' own property dictionaries under these names, where both views show it.
 */
const ALIAS = "mlflow.alias.";
const SOURCE = "mlflow.source";
const RUN_ID = "mlflow.runId";
const USER = "mlflow.userId";
const API_VERSION = "2024-10-01";
const MODELS = "Microsoft.MachineLearningServices/workspaces/models";

export const STAGES = ["None", "Staging", "Production", "Archived"] as const;
export type Stage = (typeof STAGES)[number];

export interface NewVersion {
  readonly name: string;
  /** The asset's URI, which the workspace can follow. */
  readonly modelUri: string;
  /** What the client called it. */
  readonly source: string;
  readonly modelType: "custom_model" | "mlflow_model";
  readonly runId?: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function listModels(host: CloudHost, workspace: Resource): Resource[] {
  return host.resources.below(workspace.id, MODELS).filter((model) => flagAt(model.properties, "isArchived") !== true);
}

export function findModel(host: CloudHost, workspace: Resource, name: string): Resource {
  const model = host.resources.get(`${workspace.id}/models/${name}`);
  if (model === undefined) throw missing(`registered model ${name}`);
  return model;
}

export function listVersions(host: CloudHost, model: Resource): Resource[] {
  return host.resources
    .below(model.id, `${MODELS}/versions`)
    .filter((version) => flagAt(version.properties, "isArchived") !== true);
}

export function listAllVersions(host: CloudHost, workspace: Resource): Resource[] {
  return host.resources
    .below(workspace.id, `${MODELS}/versions`)
    .filter((version) => flagAt(version.properties, "isArchived") !== true);
}

export function findModelVersion(host: CloudHost, workspace: Resource, name: string, version: string): Resource {
  const found = host.resources.get(`${workspace.id}/models/${name}/versions/${version}`);
  if (found === undefined) throw missing(`version ${version} of model ${name}`);
  return found;
}

export async function createModel(
  host: CloudHost,
  workspace: Resource,
  name: string,
  properties: { readonly description?: string; readonly tags: Readonly<Record<string, string>> },
  caller: Principal,
): Promise<Resource> {
  const id = `${workspace.id}/models/${name}`;
  if (host.resources.get(id) !== undefined) throw exists(`registered model ${name}`);
  return await host.resources.put(id, API_VERSION, { properties: { ...properties, tags: { ...properties.tags } } }, caller);
}

export async function createVersion(
  host: CloudHost,
  workspace: Resource,
  version: NewVersion,
  caller: Principal,
): Promise<Resource> {
  const model = findModel(host, workspace, version.name);
  const next = textAt(host.resources.view(model.id)?.properties, "nextVersion") ?? "1";
  const { description, modelType, modelUri, runId, source, tags } = version;
  const properties: JsonObject = {
    modelUri,
    modelType,
    tags: { ...tags },
    properties: { [SOURCE]: source, [USER]: caller.displayName, ...(runId === undefined ? {} : { [RUN_ID]: runId }) },
    ...(description === undefined ? {} : { description }),
    ...(runId === undefined ? {} : { jobName: runId }),
  };
  return await host.resources.put(`${model.id}/versions/${next}`, API_VERSION, { properties }, caller);
}

/** Changes the members of a model or a version that may change: description, tags, stage and the property dictionary. */
export function updateAsset(host: CloudHost, asset: Resource, change: JsonObject): Resource {
  const changed = {
    ...asset,
    properties: { ...asset.properties, ...change },
    systemData: { ...asset.systemData, lastModifiedAt: new Date(host.clock.now()).toISOString() },
  };
  host.resources.save(changed);
  return changed;
}

export function setTag(host: CloudHost, asset: Resource, key: string, value: string): void {
  updateAsset(host, asset, { tags: { ...objectAt(asset.properties, "tags"), [key]: value } });
}

export function deleteTag(host: CloudHost, asset: Resource, key: string): void {
  const { [key]: _, ...tags } = objectAt(asset.properties, "tags");
  updateAsset(host, asset, { tags });
}

/** Azure ML keeps a container for as long as it has versions, so they go first. */
export async function deleteModel(host: CloudHost, model: Resource, caller: Principal): Promise<void> {
  for (const version of host.resources.below(model.id, `${MODELS}/versions`)) await host.resources.delete(version.id, caller);
  await host.resources.delete(model.id, caller);
}

/** Moves a version to a stage; with `archiveOthers` those that were there become Archived. */
export function transition(host: CloudHost, model: Resource, version: Resource, stage: Stage, archiveOthers: boolean): Resource {
  if (archiveOthers) {
    for (const other of listVersions(host, model)) {
      if (other.id !== version.id && stageOf(other) === stage) updateAsset(host, other, { stage: "Archived" });
    }
  }
  return updateAsset(host, version, { stage });
}

export function stageOf(version: Resource): Stage {
  return STAGES.find((stage) => stage === version.properties.stage) ?? "None";
}

export function readStage(text: string): Stage {
  const stage = STAGES.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (stage === undefined) throw invalid(`stage is ${JSON.stringify(text)}; it must be one of ${STAGES.join(", ")}`);
  return stage;
}

/** Aliases of a model whose version still exists. */
export function aliasesOf(host: CloudHost, model: Resource): { readonly alias: string; readonly version: string }[] {
  const versions = new Set(listVersions(host, model).map(({ name }) => name));
  return Object.entries(objectAt(model.properties, "properties")).flatMap(([key, version]) =>
    key.startsWith(ALIAS) && typeof version === "string" && versions.has(version)
      ? [{ alias: key.slice(ALIAS.length), version }]
      : [],
  );
}

export function setAlias(host: CloudHost, model: Resource, alias: string, version: string): void {
  if (!/^[\w-]{1,255}$/.test(alias) || /^v?\d+$/i.test(alias) || alias.toLowerCase() === "latest")
    throw invalid(
      `alias ${JSON.stringify(alias)} must be letters, digits, underscores and hyphens, and neither a version number nor latest`,
    );
  updateAsset(host, model, { properties: { ...objectAt(model.properties, "properties"), [ALIAS + alias]: version } });
}

export function deleteAlias(host: CloudHost, model: Resource, alias: string): void {
  const { [ALIAS + alias]: _, ...properties } = objectAt(model.properties, "properties");
  updateAsset(host, model, { properties });
}

/** What the client called the version's place; a version made through ARM has its URI only. */
export function sourceOf(version: Resource): string {
  const own = objectAt(version.properties, "properties")[SOURCE];
  return typeof own === "string" ? own : (textAt(version.properties, "modelUri") ?? "");
}

export function runIdOf(version: Resource): string | undefined {
  const own = objectAt(version.properties, "properties")[RUN_ID];
  return typeof own === "string" ? own : textAt(version.properties, "jobName");
}

export function userOf(version: Resource): string {
  const own = objectAt(version.properties, "properties")[USER];
  return typeof own === "string" ? own : (textAt(version.systemData, "createdBy") ?? "");
}

export function tagsOf(asset: Resource): Record<string, string> {
  const tags = asset.properties.tags;
  const entries = isObject(tags) ? Object.entries(tags) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

export function timeOf(asset: Resource, member: "createdAt" | "lastModifiedAt"): number {
  return Date.parse(textAt(asset.systemData, member) ?? "") || 0;
}
