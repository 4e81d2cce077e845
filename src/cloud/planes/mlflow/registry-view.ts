import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { textAt } from "../../providers/common/body.ts";
import { compareVersions } from "../../providers/machine-learning/assets/index.ts";
import { invalid } from "./fault.ts";
import type { Searchable } from "./filter.ts";
import { toPairs } from "./params.ts";
import { aliasesOf, listVersions, runIdOf, type Stage, sourceOf, stageOf, tagsOf, timeOf, userOf } from "./registry.ts";

export function modelView(host: CloudHost, model: Resource): JsonObject {
  return {
    name: model.name,
    creation_timestamp: timeOf(model, "createdAt"),
    last_updated_timestamp: timeOf(model, "lastModifiedAt"),
    description: textAt(model.properties, "description") ?? "",
    latest_versions: latestVersions(host, model).map((version) => versionView(host, model, version)),
    tags: toPairs(tagsOf(model)),
    aliases: aliasesOf(host, model).map((alias) => ({ ...alias })),
  };
}

export function versionView(host: CloudHost, model: Resource, version: Resource): JsonObject {
  const runId = runIdOf(version);
  return {
    name: model.name,
    version: version.name,
    creation_timestamp: timeOf(version, "createdAt"),
    last_updated_timestamp: timeOf(version, "lastModifiedAt"),
    user_id: userOf(version),
    current_stage: stageOf(version),
    description: textAt(version.properties, "description") ?? "",
    source: sourceOf(version),
    ...(runId === undefined ? {} : { run_id: runId }),
    status: "READY",
    tags: toPairs(tagsOf(version)),
    aliases: aliasesOf(host, model).flatMap(({ alias, version: at }) => (at === version.name ? [alias] : [])),
  };
}

/** The newest version of each stage that has one. */
export function latestVersions(host: CloudHost, model: Resource, stages: readonly Stage[] = []): Resource[] {
  const newest = new Map<Stage, Resource>();
  for (const version of listVersions(host, model)) {
    const stage = stageOf(version);
    const known = newest.get(stage);
    if (known === undefined || compareVersions(version.name, known.name) > 0) newest.set(stage, version);
  }
  return [...newest].flatMap(([stage, version]) => (stages.length === 0 || stages.includes(stage) ? [version] : []));
}

const ENTITIES = {
  attribute: "attributes",
  attributes: "attributes",
  attr: "attributes",
  tag: "tags",
  tags: "tags",
} as const;

export const MODEL_SEARCH: Searchable<Resource> = {
  entities: ENTITIES,
  defaultEntity: "attributes",
  isNumber: (entity, key) => entity === "attributes" && key.endsWith("timestamp"),
  lookup: (model, entity, key) => {
    if (entity === "tags") return tagOf(model, key);
    if (key === "name") return model.name;
    if (key === "creation_timestamp") return timeOf(model, "createdAt");
    if (key === "last_updated_timestamp" || key === "timestamp") return timeOf(model, "lastModifiedAt");
    throw invalid(`registered models have no attribute ${key}`);
  },
};

export const VERSION_SEARCH: Searchable<Resource> = {
  entities: ENTITIES,
  defaultEntity: "attributes",
  isNumber: (entity, key) => entity === "attributes" && (key.endsWith("timestamp") || key === "version_number"),
  lookup: (version, entity, key) => {
    if (entity === "tags") return tagOf(version, key);
    switch (key) {
      case "name":
        return modelNameOf(version);
      case "version_number":
        return Number(version.name);
      case "run_id":
        return runIdOf(version);
      case "source_path":
      case "source":
        return sourceOf(version);
      case "creation_timestamp":
        return timeOf(version, "createdAt");
      case "last_updated_timestamp":
        return timeOf(version, "lastModifiedAt");
      default:
        throw invalid(`model versions have no attribute ${key}`);
    }
  },
};

/** Clients from 3.0 on search for models that are not prompts; a model without the tag is none. */
function tagOf(asset: Resource, key: string): string | undefined {
  return tagsOf(asset)[key] ?? (key === "mlflow.prompt.is_prompt" ? "false" : undefined);
}

/** `.../models/{name}/versions/{version}` */
export function modelNameOf(version: Resource): string {
  return version.id.split("/").at(-3) ?? "";
}
