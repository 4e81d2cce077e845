import { isObject, type JsonObject } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Batcher } from "./batcher.ts";
import { binaryOf } from "./binary.ts";
import { JSON_LENGTH_HEADER } from "./body-limit.ts";
import { type Call, json, type Reply } from "./call.ts";
import { readInputs, readOutputs, readRaw, type WantedOutput } from "./infer-request.ts";
import { kindOf, parseObject, readJsonObject } from "./json-body.ts";
import type { Model } from "./model.ts";
import { flatJson, type Printed, whenPrinted } from "./print.ts";
import { runModel } from "./score.ts";
import { ELEMENTS, type TensorSpec, type Tensors } from "./tensor.ts";

/** Open Inference Protocol v2, REST with JSON and binary tensors (kserve/open-inference-protocol). */
export interface OpenInference {
  /** `parts` are the path's segments below `/v2/models`. */
  handle(call: Call, parts: readonly string[]): Reply | Promise<Reply>;
}

/** `{format}_{engine}`; the first is the name that other servers give to ONNX Runtime. */
const PLATFORMS: Readonly<Record<string, string>> = { onnxruntime: "onnx_onnxv1", own: "onnx_quayside" };

export function createOpenInference(
  model: Model,
  batcher: Batcher,
  maxRows: number,
  statistics: () => Reply | Promise<Reply>,
): OpenInference {
  const metadata = JSON.stringify({
    name: model.name,
    versions: [model.version],
    platform: PLATFORMS[model.evaluator.engine] ?? model.evaluator.engine,
    inputs: model.evaluator.inputs.map(describe),
    outputs: model.evaluator.outputs.map(describe),
  });
  return {
    handle(call, parts) {
      const action = readPath(parts, model);
      if (action === "infer") {
        if (call.method !== "POST") throw methodFault(call, "POST");
        return infer(call, model, batcher, maxRows);
      }
      if (call.method !== "GET") throw methodFault(call, "GET");
      if (action === "stats") return statistics();
      return json(200, action === "ready" ? JSON.stringify({ name: model.name, ready: true }) : metadata);
    },
  };
}

export function methodFault({ method, path }: Call, allowed: string): RequestFault {
  return new RequestFault(405, "serve.method", `${method} ${path.slice(0, 80)} is not allowed; use ${allowed}`, {
    allow: allowed,
  });
}

/** `M`, `M/versions/V`, and below either `ready` or `infer`. */
function readPath(parts: readonly string[], model: Model): "metadata" | "ready" | "infer" | "stats" {
  const [name, ...rest] = parts;
  if (name !== model.name)
    throw new RequestFault(404, "serve.unknown-model", `no model "${name?.slice(0, 60) ?? ""}"; this server has "${model.name}"`);
  if (rest[0] === "versions") {
    if (rest[1] !== model.version) {
      throw new RequestFault(
        404,
        "serve.unknown-version",
        `model "${name}" has no version "${rest[1]?.slice(0, 60) ?? ""}"; this server has ${model.version}`,
      );
    }
    rest.splice(0, 2);
  }
  const [action, ...more] = rest;
  if (action === undefined) return "metadata";
  if (more.length === 0 && (action === "ready" || action === "infer" || action === "stats")) return action;
  throw new RequestFault(
    404,
    "serve.not-found",
    `no route ${rest.join("/").slice(0, 80)} below model "${name}"; known are ready, infer and stats`,
  );
}

function infer(call: Call, model: Model, batcher: Batcher, maxRows: number): Reply | Promise<Reply> {
  const given = call.headers[JSON_LENGTH_HEADER];
  // Triton's own client names no content type.
  if (typeof given !== "string") return answerTo(call, readJsonObject(call, "json"), NO_BYTES, model, batcher, maxRows);
  const length = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!(length <= call.body.length)) {
    throw new RequestFault(
      400,
      "serve.binary-size",
      `${JSON_LENGTH_HEADER} is ${given.slice(0, 20)}; the body has ${call.body.length} bytes`,
    );
  }
  // Length 0 says that there is no JSON at all: the answer is as bare.
  if (length === 0) {
    const outputs = readOutputs(undefined, model, true);
    return runModel(call, batcher, readRaw(model, maxRows, call.body), (results) => print({}, outputs, results, model));
  }
  return answerTo(call, parseObject(call.body.subarray(0, length)), call.body.subarray(length), model, batcher, maxRows);
}

const NO_BYTES = new Uint8Array(0);

function answerTo(
  call: Call,
  body: JsonObject,
  binary: Uint8Array,
  model: Model,
  batcher: Batcher,
  maxRows: number,
): Reply | Promise<Reply> {
  const { id, inputs, outputs, parameters } = body;
  if (id !== undefined && typeof id !== "string") throw new RequestFault(400, "serve.id", `id is ${kindOf(id)}; send a string`);
  const asked = isObject(parameters) ? (parameters.binary_data_output ?? false) : false;
  if (typeof asked !== "boolean")
    throw new RequestFault(400, "serve.parameter", `parameters.binary_data_output is ${kindOf(asked)}; send true or false`);
  const sequence = isObject(parameters) ? SEQUENCE.find((name) => parameters[name] !== undefined) : undefined;
  if (sequence !== undefined)
    throw new RequestFault(400, "serve.parameter", `parameters.${sequence} is given; the model keeps no state between requests`);
  const wanted = readOutputs(outputs, model, asked);
  return runModel(call, batcher, readInputs(inputs, model, maxRows, binary), (results) => print({ id }, wanted, results, model));
}

/** Parameters of Triton's stateful models. */
const SEQUENCE = ["sequence_id", "sequence_start", "sequence_end"];

function print(
  { id }: { id?: string | undefined },
  wanted: readonly WantedOutput[],
  results: Tensors,
  model: Model,
): Reply | Promise<Reply> {
  const binary: Buffer[] = [];
  const given = wanted.flatMap(({ spec: { name, type }, binary: asBytes }) => {
    const tensor = results[name];
    if (tensor === undefined) return [];
    const head = `{"name":${JSON.stringify(name)},"shape":[${tensor.dims.join(",")}],"datatype":"${ELEMENTS[type].oip}"`;
    if (!asBytes) return [{ head: `${head},"data":`, print: (): Printed => flatJson(tensor) }];
    const bytes = binaryOf(tensor);
    binary.push(bytes);
    return [{ head: `${head},"parameters":`, print: (): Printed => `{"binary_data_size":${bytes.length}}` }];
  });
  const head = `"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}`;
  return whenPrinted(
    given.map((output) => output.print),
    (texts) => {
      const outputs = given.map((output, at) => `${output.head}${texts[at]}}`);
      const text = `{${head},${id === undefined ? "" : `"id":${JSON.stringify(id)},`}"outputs":[${outputs.join(",")}]}`;
      if (binary.length === 0) return json(200, text);
      const header = Buffer.from(text);
      return {
        status: 200,
        contentType: "application/octet-stream",
        body: Buffer.concat([header, ...binary]),
        headers: { [JSON_LENGTH_HEADER]: String(header.length) },
      };
    },
  );
}

function describe({ name, type, shape }: TensorSpec): { name: string; datatype: string; shape: number[] } {
  return { name, datatype: ELEMENTS[type].oip, shape: shape.map((dim) => dim ?? -1) };
}
