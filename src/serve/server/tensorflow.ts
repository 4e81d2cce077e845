import { RequestFault } from "../fault.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, json, type Reply } from "./call.ts";
import { readJsonObject } from "./json-body.ts";
import { inputName, outputPrints, outputsText } from "./mlflow.ts";
import type { Model } from "./model.ts";
import { methodFault } from "./open-inference.ts";
import { listJson, type Printed, rowJson, tensorJson, whenPrinted } from "./print.ts";
import { readColumns, readRecords } from "./records.ts";
import { rowLayout } from "./rows.ts";
import { runModel, tableOf } from "./score.ts";
import type { Tensors } from "./tensor.ts";

const KEYS = ["instances", "inputs", "signature_name"];

/** TensorFlow Serving's REST interface, which KServe calls version 1: `/v1/models/M[/versions/V][:predict]`. */
export function createTensorFlow(model: Model, batcher: Batcher, maxRows: number): (call: Call) => Reply | Promise<Reply> {
  const layout = rowLayout(model);
  const status = JSON.stringify({
    name: model.name,
    ready: true,
    model_version_status: [{ version: model.version, state: "AVAILABLE", status: { error_code: "OK", error_message: "" } }],
  });
  return (call) => {
    const verb = readPath(call.path, model);
    if (verb === undefined) {
      if (call.method !== "GET") throw methodFault(call, "GET");
      return json(200, status);
    }
    if (call.method !== "POST") throw methodFault(call, "POST");
    const rows = tableOf(layout, model);
    const body = readJsonObject(call);
    const unknown = Object.keys(body).find((key) => !KEYS.includes(key));
    if (unknown !== undefined)
      throw new RequestFault(400, "serve.unknown-input", `unknown key "${unknown.slice(0, 60)}"; known are ${KEYS.join(", ")}`);
    if ((body.signature_name ?? "serving_default") !== "serving_default")
      throw new RequestFault(400, "serve.parameter", "signature_name is not serving_default, the only one");
    const byRow = body.instances !== undefined;
    if (byRow === (body.inputs !== undefined))
      throw new RequestFault(400, "serve.no-input", `the body has ${byRow ? 2 : 0} of instances, inputs; send exactly one`);
    const inputs = byRow
      ? readRecords(body.instances, "instances", inputName(model), rows, maxRows)
      : readColumns(body.inputs, "inputs", inputName(model), rows, maxRows);
    return runModel(call, batcher, inputs, (outputs) =>
      byRow
        ? whenPrinted([() => rowsJson(outputs, model)], ([text]) => json(200, `{"predictions":${text}}`))
        : whenPrinted(outputPrints(outputs, model), (texts) => json(200, `{"outputs":${outputsText(texts, model)}}`)),
    );
  };
}

function readPath(path: string, model: Model): "predict" | undefined {
  const [, name, version, verb] = /^\/v1\/models\/([^/:]+)(?:\/versions\/([^/:]+))?(?::([a-z]+))?\/?$/.exec(path) ?? [];
  if (name !== model.name || (version !== undefined && version !== model.version)) {
    const asked = `${name?.slice(0, 60) ?? ""}${version === undefined ? "" : ` version ${version.slice(0, 60)}`}`;
    throw new RequestFault(
      404,
      "serve.unknown-model",
      `no model "${asked}"; this server has "${model.name}" version ${model.version}`,
    );
  }
  if (verb !== undefined && verb !== "predict")
    throw new RequestFault(404, "serve.not-found", `no action ${verb.slice(0, 40)}; known is predict`);
  return verb;
}

/** A value for each row; with several outputs an object of them by name. */
function rowsJson(outputs: Tensors, { evaluator }: Model): Printed {
  const parts = evaluator.outputs.map(({ name }) => ({ key: JSON.stringify(name), tensor: outputs[name] }));
  const [first, ...more] = parts;
  if (first?.tensor !== undefined && more.length === 0) return tensorJson(first.tensor);
  const values = parts.reduce((sum, { tensor }) => sum + (tensor?.data.length ?? 0), 0);
  return listJson(first?.tensor?.dims[0] ?? 0, values, (row) => {
    let out = "";
    for (const { key, tensor } of parts)
      out += `${out === "" ? "{" : ","}${key}:${tensor === undefined ? "null" : rowJson(tensor, row)}`;
    return `${out}}`;
  });
}
