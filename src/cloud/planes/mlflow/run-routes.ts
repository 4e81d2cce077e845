import { isObject, type JsonObject, type JsonValue, parseJson } from "../../../base/index.ts";
import { visibleStages } from "./experiment-routes.ts";
import { invalid, missing } from "./fault.ts";
import { matches, parseFilter } from "./filter.ts";
import { ordered, page } from "./page.ts";
import { type Params, toPairs, toRecord } from "./params.ts";
import { type Metric, RUN_STATUSES, type Run, type RunStatus } from "./records.ts";
import { type Call, DELETE_RUNS, READ_RUNS, type Routes, WRITE_RUNS } from "./route.ts";
import { artifactUri, RUN_SEARCH } from "./run-search.ts";
import { createRunIn, getRun, listRuns, logBatch, metricHistory, updateRun } from "./runs.ts";

/** MLflow's limits for one batch, and for names and values. */
const MOST = { metrics: 1000, params: 100, tags: 100, all: 1000 };
/** Tag with the models that clients before MLflow 2.19 say they logged. */
const MODEL_HISTORY = "mlflow.log-model.history";
const LONGEST = { key: 250, param: 6000, tag: 8000 };

export const runRoutes: Routes = {
  "POST runs/create": {
    permission: WRITE_RUNS,
    run: ({ host, workspace, params, caller }) => {
      const tags = toRecord(checkedTags(params.pairs("tags")));
      const [name, startTime] = [params.optionalText("run_name"), params.integer("start_time")];
      const run = createRunIn(host, workspace, params.optionalText("experiment_id") || "0", {
        userId: params.optionalText("user_id") || caller.displayName,
        tags,
        ...(name === undefined ? {} : { name }),
        ...(startTime === undefined ? {} : { startTime }),
      });
      return { run: view(run) };
    },
  },
  "GET runs/get": { permission: READ_RUNS, run: (call) => ({ run: view(runOf(call)) }) },
  "POST runs/update": {
    permission: WRITE_RUNS,
    run: (call) => {
      const { host, workspace, params } = call;
      const status = statusOf(params.optionalText("status"));
      const [endTime, name] = [params.integer("end_time"), params.optionalText("run_name")];
      const run = updateRun(host, workspace, runOf(call).id, {
        ...(status === undefined ? {} : { status }),
        ...(endTime === undefined ? {} : { endTime }),
        ...(name ? { name } : {}),
      });
      return { run_info: infoView(run) };
    },
  },
  "POST runs/delete": { permission: DELETE_RUNS, run: (call) => setStage(call, "deleted") },
  "POST runs/restore": { permission: WRITE_RUNS, run: (call) => setStage(call, "active") },
  "POST runs/search": {
    permission: READ_RUNS,
    run: ({ host, workspace, params }) => {
      const comparisons = parseFilter(params.optionalText("filter") ?? "", RUN_SEARCH);
      const stages = visibleStages(params.optionalText("run_view_type"));
      const experiments = params.texts("experiment_ids");
      const found = listRuns(host, workspace).filter(
        (run) =>
          experiments.includes(run.experimentId) &&
          stages.includes(run.lifecycleStage) &&
          matches(run, comparisons, RUN_SEARCH.lookup),
      );
      const sorted = ordered(found, [...params.texts("order_by"), "start_time DESC", "run_id"], RUN_SEARCH);
      const { items, nextPageToken } = page(sorted, params.maxResults(1000, 50_000), params.optionalText("page_token"));
      return { runs: items.map(view), ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }) };
    },
  },
  "POST runs/log-metric": {
    permission: WRITE_RUNS,
    run: (call) => log(call, { metrics: [metric(call.params, call.host.clock.now())] }),
  },
  "POST runs/log-parameter": {
    permission: WRITE_RUNS,
    run: (call) => log(call, { params: checkedParams([pair(call.params)]) }),
  },
  "POST runs/set-tag": { permission: WRITE_RUNS, run: (call) => log(call, { tags: checkedTags([pair(call.params)]) }) },
  "POST runs/log-batch": {
    permission: WRITE_RUNS,
    run: (call) => {
      const metrics = call.params.objects("metrics").map((entry) => metric(entry, call.host.clock.now()));
      const params = checkedParams(call.params.pairs("params"));
      const tags = checkedTags(call.params.pairs("tags"));
      bounded("metrics", metrics.length, MOST.metrics);
      bounded("params", params.length, MOST.params);
      bounded("tags", tags.length, MOST.tags);
      bounded("metrics, params and tags together", metrics.length + params.length + tags.length, MOST.all);
      return log(call, { metrics, params, tags });
    },
  },
  "POST runs/delete-tag": {
    permission: WRITE_RUNS,
    run: (call) => {
      const { id, tags } = runOf(call);
      const key = call.params.text("key");
      if (tags[key] === undefined) throw missing(`tag ${key} of run ${id}`);
      const { [key]: _, ...rest } = tags;
      updateRun(call.host, call.workspace, id, { tags: rest });
      return {};
    },
  },
  "POST runs/log-inputs": {
    permission: WRITE_RUNS,
    run: (call) => {
      const { id, inputs } = runOf(call);
      const datasets = call.params.get("datasets") ?? [];
      if (!Array.isArray(datasets)) throw invalid("datasets must be a list");
      updateRun(call.host, call.workspace, id, { inputs: [...inputs, ...datasets] });
      return {};
    },
  },
  "POST runs/log-model": {
    permission: WRITE_RUNS,
    run: (call) => {
      const { id, tags } = runOf(call);
      const logged = parseJson(tags[MODEL_HISTORY] ?? "[]");
      if (!Array.isArray(logged)) throw invalid(`the tag ${MODEL_HISTORY} is not a list of models`);
      const model = parseJson(call.params.text("model_json"));
      if (!isObject(model)) throw invalid("model_json is not the text of a JSON object");
      const value = JSON.stringify([...logged, model]);
      updateRun(call.host, call.workspace, id, { tags: { ...tags, [MODEL_HISTORY]: value } });
      return {};
    },
  },
  "GET metrics/get-history": {
    permission: READ_RUNS,
    run: (call) => {
      const history = metricHistory(call.host, call.workspace, runId(call.params), call.params.text("metric_key"));
      const size = call.params.maxResults(25_000, 25_000);
      const { items, nextPageToken } = page(history, size, call.params.optionalText("page_token"));
      return { metrics: items.map(metricView), ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }) };
    },
  },
};

/** Old clients send `run_uuid`. */
const runId = (params: Params) => params.optionalText("run_id") || params.text("run_uuid");
const runOf = ({ host, workspace, params }: Call): Run => getRun(host, workspace, runId(params));

function log(call: Call, batch: Parameters<typeof logBatch>[3]): JsonObject {
  logBatch(call.host, call.workspace, runId(call.params), batch);
  return {};
}

function setStage(call: Call, lifecycleStage: Run["lifecycleStage"]): JsonObject {
  updateRun(call.host, call.workspace, runOf(call).id, { lifecycleStage });
  return {};
}

function metric(params: Params, now: number): Metric {
  const key = params.text("key");
  longest("metric name", key, LONGEST.key);
  return {
    key,
    value: params.metricValue("value"),
    timestamp: params.integer("timestamp") ?? now,
    step: params.integer("step") ?? 0,
  };
}

const pair = (params: Params) => ({ key: params.text("key"), value: params.optionalText("value") ?? "" });

function checkedParams(pairs: { key: string; value: string }[]): { key: string; value: string }[] {
  for (const { key, value } of pairs) {
    longest("param name", key, LONGEST.key);
    longest(`param ${key}`, value, LONGEST.param);
  }
  return pairs;
}

function checkedTags(pairs: { key: string; value: string }[]): { key: string; value: string }[] {
  for (const { key, value } of pairs) {
    longest("tag name", key, LONGEST.key);
    longest(`tag ${key}`, value, LONGEST.tag);
  }
  return pairs;
}

function longest(what: string, text: string, most: number): void {
  if (text.length > most) throw invalid(`${what} is ${text.length} characters long; at most ${most} are allowed`);
}

function bounded(what: string, count: number, most: number): void {
  if (count > most) throw invalid(`a batch logs at most ${most} ${what}; this one has ${count}`);
}

function statusOf(text: string | undefined): RunStatus | undefined {
  if (text === undefined) return undefined;
  // Protobuf's JSON may carry an enum by number; MLflow counts from 1.
  const status = RUN_STATUSES.find((candidate, at) => candidate === text || String(at + 1) === text);
  if (status === undefined) throw invalid(`status is ${JSON.stringify(text)}; it must be one of ${RUN_STATUSES.join(", ")}`);
  return status;
}

function view(run: Run): JsonObject {
  return {
    info: infoView(run),
    data: { metrics: Object.values(run.metrics).map(metricView), params: toPairs(run.params), tags: toPairs(run.tags) },
    inputs: { dataset_inputs: [...run.inputs] as JsonValue[] },
  };
}

function infoView(run: Run): JsonObject {
  return {
    run_id: run.id,
    run_uuid: run.id,
    run_name: run.name,
    experiment_id: run.experimentId,
    user_id: run.userId,
    status: run.status,
    start_time: run.startTime,
    ...(run.endTime === undefined ? {} : { end_time: run.endTime }),
    artifact_uri: artifactUri(run),
    lifecycle_stage: run.lifecycleStage,
  };
}

const metricView = ({ key, value, timestamp, step }: Metric): JsonObject => ({ key, value, timestamp, step });
