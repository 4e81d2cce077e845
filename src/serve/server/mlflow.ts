import type { JsonObject } from "../../base/index.ts";
import { isObject } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, json, type Reply } from "./call.ts";
import { readCsv } from "./csv.ts";
import { decodeText, kindOf, parseObject } from "./json-body.ts";
import type { Model } from "./model.ts";
import { type Printed, tensorJson, whenPrinted } from "./print.ts";
import { readColumns, readRecords } from "./records.ts";
import { columnOrder, type RowLayout, readFrame, readRows, rowLayout } from "./rows.ts";
import { runModel, tableOf } from "./score.ts";
import type { Tensors } from "./tensor.ts";

/** The four forms of a table in MLflow's scoring protocol; a body has exactly one of them. */
const FORMS = ["dataframe_split", "dataframe_records", "instances", "inputs"] as const;

/** MLflow's `/invocations` (mlflow/pyfunc/scoring_server). */
export function createInvocations(model: Model, batcher: Batcher, maxRows: number): (call: Call) => Reply | Promise<Reply> {
  const layout = rowLayout(model);
  return (call) => {
    const rows = tableOf(layout, model);
    const inputs =
      contentType(call) === "text/csv"
        ? readTableText(call.body, rows, model, maxRows)
        : readForm(parseObject(bodyOf(call)), rows, model, maxRows);
    return runModel(call, batcher, inputs, (outputs) =>
      whenPrinted(outputPrints(outputs, model), (texts) => json(200, `{"predictions":${outputsText(texts, model)}}`)),
    );
  };
}

/** MLflow takes no parameter of the content type but the charset, and only UTF-8. */
function contentType({ headers }: Call): "application/json" | "text/csv" {
  const [type = "", ...parameters] = (headers["content-type"] ?? "").split(";").map((part) => part.trim().toLowerCase());
  const odd = parameters.find((parameter) => !/^charset="?utf-?8"?$/.test(parameter));
  if (odd !== undefined)
    throw new RequestFault(
      415,
      "serve.content-type",
      `content-type has parameter ${odd.slice(0, 40)}; only charset=utf-8 is known`,
    );
  if (type === "application/json" || type === "text/csv") return type;
  throw new RequestFault(
    415,
    "serve.content-type",
    `content-type is ${type === "" ? "missing" : type.slice(0, 80)}; send application/json or text/csv`,
  );
}

function bodyOf({ body }: Call): Buffer {
  if (body.length === 0) throw new RequestFault(400, "serve.empty-body", "the body is empty; send a JSON object");
  return body;
}

function readForm(body: JsonObject, layout: RowLayout, model: Model, maxRows: number): Tensors {
  const given = FORMS.filter((form) => body[form] !== undefined);
  const unknown = Object.keys(body).find((key) => key !== "params" && !(FORMS as readonly string[]).includes(key));
  if (unknown !== undefined)
    throw new RequestFault(
      400,
      "serve.unknown-input",
      `unknown input "${unknown.slice(0, 60)}"; send one of ${FORMS.join(", ")}`,
    );
  const [form] = given;
  if (form === undefined || given.length > 1)
    throw new RequestFault(400, "serve.no-input", `the body has ${given.length} of ${FORMS.join(", ")}; send exactly one`);
  if (isObject(body.params) ? Object.keys(body.params).length > 0 : (body.params ?? null) !== null)
    throw new RequestFault(400, "serve.parameter", "params is given; the model takes no parameters");
  const value = body[form];
  const input = inputName(model);
  switch (form) {
    case "dataframe_split":
      if (!isObject(value)) throw new RequestFault(400, "serve.rows", `${form} is ${kindOf(value)}; send {columns, data}`);
      return readFrame(value, form, layout, maxRows);
    case "dataframe_records":
    case "instances":
      return form === "instances" && isObject(value)
        ? readColumns(value, form, input, layout, maxRows)
        : readRecords(value, form, input, layout, maxRows);
    case "inputs":
      return readColumns(value, form, input, layout, maxRows);
  }
}

function readTableText(body: Buffer, layout: RowLayout, model: Model, maxRows: number): Tensors {
  const { columns, rows } = readCsv(decodeText(body), maxRows);
  const texts = model.evaluator.inputs.every(({ type }) => type === "string");
  const values = texts
    ? rows
    : rows.map((row) => row.map((text) => (text.trim() === "" ? text : Number.isNaN(Number(text)) ? text : Number(text))));
  return layout.fill(readRows(values, "the table", layout, maxRows), columnOrder(columns, "the table", layout));
}

/** The name of the model's only input of whole rows. */
export function inputName({ evaluator: { inputs } }: Model): string | undefined {
  return inputs.length === 1 ? inputs[0]?.name : undefined;
}

/** Every output of the model, in its order. */
export function outputPrints(outputs: Tensors, { evaluator }: Model): (() => Printed)[] {
  return evaluator.outputs.map(({ name }) => () => {
    const tensor = outputs[name];
    return tensor === undefined ? "null" : tensorJson(tensor);
  });
}

/** One output is the list itself; several are lists by name, as MLflow's ONNX flavour gives them. */
export function outputsText(texts: readonly string[], { evaluator }: Model): string {
  const [only = "null", ...more] = texts;
  if (more.length === 0) return only;
  return `{${evaluator.outputs.map(({ name }, at) => `${JSON.stringify(name)}:${texts[at]}`).join(",")}}`;
}
