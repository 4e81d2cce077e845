import type { JsonObject } from "../../../base/index.ts";
import { createExperiment, findExperiment, getExperiment, listExperiments, updateExperiment } from "./experiments.ts";
import { invalid, missing } from "./fault.ts";
import { matches, parseFilter, type Searchable } from "./filter.ts";
import { ordered, page } from "./page.ts";
import { type Params, toPairs, toRecord } from "./params.ts";
import type { Experiment, LifecycleStage } from "./records.ts";
import { DELETE_EXPERIMENTS, READ_EXPERIMENTS, type Route, type Routes, WRITE_EXPERIMENTS } from "./route.ts";

const search: Route = {
  permission: READ_EXPERIMENTS,
  run: ({ host, workspace, params }) => {
    const comparisons = parseFilter(params.optionalText("filter") ?? "", SEARCHABLE);
    const stages = visibleStages(params.optionalText("view_type"));
    const found = listExperiments(host, workspace).filter(
      (experiment) => stages.includes(experiment.lifecycleStage) && matches(experiment, comparisons, SEARCHABLE.lookup),
    );
    const order = params.texts("order_by");
    const sorted = ordered(found, [...order, "last_update_time DESC", "experiment_id"], SEARCHABLE);
    const { items, nextPageToken } = page(sorted, params.maxResults(1000, 50_000), params.optionalText("page_token"));
    return { experiments: items.map(view), ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }) };
  },
};

export const experimentRoutes: Routes = {
  "POST experiments/create": {
    permission: WRITE_EXPERIMENTS,
    run: ({ host, workspace, params }) => {
      // Azure ML keeps every artifact in the workspace's own store.
      if (params.optionalText("artifact_location"))
        throw invalid("artifact_location cannot be chosen: the workspace keeps the artifacts");
      const tags = toRecord(params.pairs("tags"));
      return { experiment_id: createExperiment(host, workspace, params.text("name"), tags).id };
    },
  },
  "GET experiments/get": {
    permission: READ_EXPERIMENTS,
    run: ({ host, workspace, params }) => ({ experiment: view(getExperiment(host, workspace, params.text("experiment_id"))) }),
  },
  "GET experiments/get-by-name": {
    permission: READ_EXPERIMENTS,
    run: ({ host, workspace, params }) => {
      const name = params.text("experiment_name");
      const experiment = findExperiment(host, workspace, name);
      if (experiment === undefined) throw missing(`experiment ${name}`);
      return { experiment: view(experiment) };
    },
  },
  "POST experiments/search": search,
  "GET experiments/search": search,
  "POST experiments/update": {
    permission: WRITE_EXPERIMENTS,
    run: ({ host, workspace, params }) => {
      updateExperiment(host, workspace, params.text("experiment_id"), { name: params.text("new_name") });
      return {};
    },
  },
  "POST experiments/delete": { permission: DELETE_EXPERIMENTS, run: (call) => setStage(call, "deleted") },
  "POST experiments/restore": { permission: WRITE_EXPERIMENTS, run: (call) => setStage(call, "active") },
  "POST experiments/set-experiment-tag": {
    permission: WRITE_EXPERIMENTS,
    run: ({ host, workspace, params }) => {
      const id = params.text("experiment_id");
      const { tags } = getExperiment(host, workspace, id);
      const value = params.optionalText("value") ?? "";
      updateExperiment(host, workspace, id, { tags: { ...tags, [params.text("key")]: value } });
      return {};
    },
  },
};

/** `ViewType` of MLflow's protocol. */
export function visibleStages(viewType: string | undefined): readonly LifecycleStage[] {
  switch (viewType ?? "ACTIVE_ONLY") {
    case "ACTIVE_ONLY":
    case "1":
      return ["active"];
    case "DELETED_ONLY":
    case "2":
      return ["deleted"];
    case "ALL":
    case "3":
      return ["active", "deleted"];
    default:
      throw invalid(`view type ${viewType} is none of ACTIVE_ONLY, DELETED_ONLY, ALL`);
  }
}

function setStage(
  { host, workspace, params }: Parameters<Route["run"]>[0] & { params: Params },
  lifecycleStage: LifecycleStage,
): JsonObject {
  updateExperiment(host, workspace, params.text("experiment_id"), { lifecycleStage });
  return {};
}

function view(experiment: Experiment): JsonObject {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: `mlflow-artifacts:/${experiment.id}`,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
    tags: toPairs(experiment.tags),
  };
}

const SEARCHABLE: Searchable<Experiment> = {
  entities: { attribute: "attributes", attributes: "attributes", attr: "attributes", tag: "tags", tags: "tags" },
  defaultEntity: "attributes",
  isNumber: (entity, key) => entity === "attributes" && key.endsWith("_time"),
  lookup: (experiment, entity, key) => {
    if (entity === "tags") return experiment.tags[key];
    if (key === "name") return experiment.name;
    if (key === "experiment_id") return experiment.id;
    if (key === "creation_time") return experiment.createdAt;
    if (key === "last_update_time") return experiment.updatedAt;
    throw invalid(`experiments have no attribute ${key}`);
  },
};
