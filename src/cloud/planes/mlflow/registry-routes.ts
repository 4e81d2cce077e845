import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type Resource } from "../../contract.ts";
import { resolveUri } from "../../providers/machine-learning/uris.ts";
import { createBlobAccess } from "../blob/index.ts";
import { invalid, MlflowFault, missing } from "./fault.ts";
import { matches, parseFilter } from "./filter.ts";
import { ordered, page } from "./page.ts";
import { toRecord } from "./params.ts";
import {
  aliasesOf,
  createModel,
  createVersion,
  deleteAlias,
  deleteModel,
  deleteTag,
  findModel,
  findModelVersion,
  listAllVersions,
  listModels,
  readStage,
  setAlias,
  setTag,
  transition,
  updateAsset,
} from "./registry.ts";
import { latestVersions, MODEL_SEARCH, modelNameOf, modelView, VERSION_SEARCH, versionView } from "./registry-view.ts";
import { type Call, DELETE_MODELS, READ_MODELS, type Route, type Routes, WRITE_MODELS } from "./route.ts";
import { assetUri } from "./source.ts";

const modelOf = ({ host, workspace, params }: Call) => findModel(host, workspace, params.text("name"));
const versionOf = ({ host, workspace, params }: Call) =>
  findModelVersion(host, workspace, params.text("name"), params.text("version"));

const searchModels: Route = {
  permission: READ_MODELS,
  run: ({ host, workspace, params }) => {
    const comparisons = parseFilter(params.optionalText("filter") ?? "", MODEL_SEARCH);
    const found = listModels(host, workspace).filter((model) => matches(model, comparisons, MODEL_SEARCH.lookup));
    const sorted = ordered(found, [...params.texts("order_by"), "name"], MODEL_SEARCH);
    const { items, nextPageToken } = page(sorted, params.maxResults(100, 1000), params.optionalText("page_token"));
    const models = items.map((model) => modelView(host, model));
    return { registered_models: models, ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }) };
  },
};

const latest: Route = {
  permission: READ_MODELS,
  run: (call) => {
    const model = modelOf(call);
    const versions = latestVersions(call.host, model, call.params.texts("stages").map(readStage));
    return { model_versions: versions.map((version) => versionView(call.host, model, version)) };
  },
};

const searchVersions: Route = {
  permission: READ_MODELS,
  run: ({ host, workspace, params }) => {
    const comparisons = parseFilter(params.optionalText("filter") ?? "", VERSION_SEARCH);
    const found = listAllVersions(host, workspace).filter((version) => matches(version, comparisons, VERSION_SEARCH.lookup));
    const order = [...params.texts("order_by"), "last_updated_timestamp DESC", "name", "version_number DESC"];
    const sorted = ordered(found, order, VERSION_SEARCH);
    const { items, nextPageToken } = page(sorted, params.maxResults(10_000, 200_000), params.optionalText("page_token"));
    const versions = items.map((version) => versionView(host, findModel(host, workspace, modelNameOf(version)), version));
    return { model_versions: versions, ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }) };
  },
};

export const registryRoutes: Routes = {
  "POST registered-models/create": {
    permission: WRITE_MODELS,
    run: async ({ host, workspace, params, caller }) => {
      const description = params.optionalText("description");
      const properties = { ...(description === undefined ? {} : { description }), tags: toRecord(params.pairs("tags")) };
      return { registered_model: modelView(host, await createModel(host, workspace, params.text("name"), properties, caller)) };
    },
  },
  "GET registered-models/get": {
    permission: READ_MODELS,
    run: (call) => ({ registered_model: modelView(call.host, modelOf(call)) }),
  },
  "GET registered-models/search": searchModels,
  "POST registered-models/search": searchModels,
  "PATCH registered-models/update": {
    permission: WRITE_MODELS,
    run: (call) => {
      const description = call.params.optionalText("description") ?? "";
      return { registered_model: modelView(call.host, updateAsset(call.host, modelOf(call), { description })) };
    },
  },
  "POST registered-models/rename": {
    permission: WRITE_MODELS,
    run: () => {
      throw invalid(
        "Azure ML does not rename models: a name stands for its versions in every id; register them under the new name",
      );
    },
  },
  "DELETE registered-models/delete": {
    permission: DELETE_MODELS,
    run: async (call) => {
      await deleteModel(call.host, modelOf(call), call.caller);
      return {};
    },
  },
  "POST registered-models/get-latest-versions": latest,
  "GET registered-models/get-latest-versions": latest,
  "POST registered-models/set-tag": { permission: WRITE_MODELS, run: (call) => tag(call, modelOf(call)) },
  "DELETE registered-models/delete-tag": { permission: WRITE_MODELS, run: (call) => untag(call, modelOf(call)) },
  "POST registered-models/alias": {
    permission: WRITE_MODELS,
    run: (call) => {
      setAlias(call.host, modelOf(call), call.params.text("alias"), versionOf(call).name);
      return {};
    },
  },
  "GET registered-models/alias": {
    permission: READ_MODELS,
    run: (call) => {
      const [model, name] = [modelOf(call), call.params.text("alias")];
      const found = aliasesOf(call.host, model).find(({ alias }) => alias === name);
      // MLflow's own registry answers a missing alias with 400.
      if (found === undefined) throw invalid(`registered model alias ${name} not found`);
      const version = findModelVersion(call.host, call.workspace, model.name, found.version);
      return { model_version: versionView(call.host, model, version) };
    },
  },
  "DELETE registered-models/alias": {
    permission: WRITE_MODELS,
    run: (call) => {
      deleteAlias(call.host, modelOf(call), call.params.text("alias"));
      return {};
    },
  },
  "POST model-versions/create": { permission: WRITE_MODELS, run: register },
  "GET model-versions/get": { permission: READ_MODELS, run: (call) => oneVersion(call, versionOf(call)) },
  "GET model-versions/search": searchVersions,
  "POST model-versions/search": searchVersions,
  "PATCH model-versions/update": {
    permission: WRITE_MODELS,
    run: (call) => {
      const description = call.params.optionalText("description") ?? "";
      return oneVersion(call, updateAsset(call.host, versionOf(call), { description }));
    },
  },
  "DELETE model-versions/delete": {
    permission: DELETE_MODELS,
    run: async (call) => {
      await call.host.resources.delete(versionOf(call).id, call.caller);
      return {};
    },
  },
  "POST model-versions/transition-stage": {
    permission: WRITE_MODELS,
    run: (call) => {
      const stage = readStage(call.params.text("stage"));
      const archive = call.params.boolean("archive_existing_versions");
      return oneVersion(call, transition(call.host, modelOf(call), versionOf(call), stage, archive));
    },
  },
  "GET model-versions/get-download-uri": {
    permission: READ_MODELS,
    run: (call) => ({ artifact_uri: `mlflow-artifacts:/models/${modelOf(call).name}/${versionOf(call).name}` }),
  },
  "POST model-versions/set-tag": { permission: WRITE_MODELS, run: (call) => tag(call, versionOf(call)) },
  "DELETE model-versions/delete-tag": { permission: WRITE_MODELS, run: (call) => untag(call, versionOf(call)) },
};

async function register(call: Call): Promise<JsonObject> {
  const { host, workspace, params, caller } = call;
  const model = modelOf(call);
  const source = params.text("source");
  const runId = params.optionalText("run_id") || undefined;
  const modelUri = assetUri(source);
  const description = params.optionalText("description");
  try {
    const { location } = resolveUri(host, workspace, modelUri);
    const files = await createBlobAccess(host).list(location);
    if (files.length === 0) throw missing(`source ${source}: nothing is stored there, so the model`);
    const modelType = files.some(({ path }) => path === "MLmodel") ? "mlflow_model" : "custom_model";
    const version = await createVersion(
      host,
      workspace,
      {
        name: model.name,
        modelUri,
        source,
        modelType,
        tags: toRecord(params.pairs("tags")),
        ...(runId === undefined ? {} : { runId }),
        ...(description === undefined ? {} : { description }),
      },
      caller,
    );
    return oneVersion(call, version);
  } catch (cause) {
    if (cause instanceof ArmFault && cause.status < 500 && cause.status !== 403)
      throw new MlflowFault("INVALID_PARAMETER_VALUE", cause.message);
    throw cause;
  }
}

function oneVersion(call: Call, version: Resource): JsonObject {
  return { model_version: versionView(call.host, findModel(call.host, call.workspace, modelNameOf(version)), version) };
}

function tag({ host, params }: Call, asset: Resource): JsonObject {
  setTag(host, asset, params.text("key"), params.optionalText("value") ?? "");
  return {};
}

function untag({ host, params }: Call, asset: Resource): JsonObject {
  deleteTag(host, asset, params.text("key"));
  return {};
}
