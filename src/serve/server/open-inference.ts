import { isObject, type JsonValue } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, json, type Reply } from "./call.ts";
import { kindOf, readJsonObject } from "./json-body.ts";
import type { Model } from "./model.ts";
import { flatJson } from "./numbers.ts";
import { runModel } from "./score.ts";
import { ELEMENTS, elementCount, store, type Tensor, type TensorData, type TensorSpec, type Tensors } from "./tensor.ts";

/** Open Inference Protocol v2, REST with JSON tensors (kserve/open-inference-protocol). */
export interface OpenInference {
  /** `parts` are the path's segments below `/v2/models`. */
  handle(call: Call, parts: readonly string[]): Reply | Promise<Reply>;
}

export function createOpenInference(model: Model, batcher: Batcher, maxRows: number): OpenInference {
  const metadata = JSON.stringify({
    name: model.name,
    versions: [model.version],
    platform: "onnx_onnxv1",
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
function readPath(parts: readonly string[], model: Model): "metadata" | "ready" | "infer" {
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
  if (more.length === 0 && (action === "ready" || action === "infer")) return action;
  throw new RequestFault(
    404,
    "serve.not-found",
    `no route ${rest.join("/").slice(0, 80)} below model "${name}"; known are ready and infer`,
  );
}

async function infer(call: Call, model: Model, batcher: Batcher, maxRows: number): Promise<Reply> {
  if (call.headers["inference-header-content-length"] !== undefined) {
    throw new RequestFault(
      400,
      "serve.binary-tensors",
      "binary tensor data is not supported (see extensions of GET /v2); send data as JSON",
    );
  }
  const { id, inputs, outputs, parameters } = readJsonObject(call);
  if (isObject(parameters) && parameters.binary_data_output === true) {
    throw new RequestFault(
      400,
      "serve.binary-tensors",
      "parameters.binary_data_output asks for binary data, which is not supported; leave it out",
    );
  }
  if (id !== undefined && typeof id !== "string") throw new RequestFault(400, "serve.id", `id is ${kindOf(id)}; send a string`);
  const wanted = readOutputs(outputs, model);
  const results = await runModel(batcher, readInputs(inputs, model, maxRows));
  const printed = wanted.map(({ name, type }) => {
    const tensor = results[name];
    return tensor === undefined
      ? ""
      : `{"name":${JSON.stringify(name)},"shape":[${tensor.dims.join(",")}],"datatype":"${ELEMENTS[type].oip}","data":${flatJson(tensor)}}`;
  });
  const head = `"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}`;
  return json(200, `{${head},${id === undefined ? "" : `"id":${JSON.stringify(id)},`}"outputs":[${printed.join(",")}]}`, {
    "x-ms-run-function-failed": "False",
  });
}

function readInputs(value: JsonValue | undefined, model: Model, maxRows: number): Tensors {
  if (!Array.isArray(value))
    throw new RequestFault(
      400,
      "serve.no-input",
      `inputs is ${value === undefined ? "missing" : kindOf(value)}; send an array of tensors`,
    );
  const specs = model.evaluator.inputs;
  const tensors: Record<string, Tensor> = {};
  for (const [at, given] of value.entries()) {
    if (!isObject(given))
      throw new RequestFault(400, "serve.tensor", `inputs[${at}] is ${kindOf(given)}; send {name, shape, datatype, data}`);
    const spec = specs.find(({ name }) => name === given.name);
    if (spec === undefined)
      throw new RequestFault(
        400,
        "serve.unknown-input",
        `inputs[${at}].name is ${seen(given.name)}; the model takes ${names(specs)}`,
      );
    if (tensors[spec.name] !== undefined) throw new RequestFault(400, "serve.tensor", `input "${spec.name}" is given twice`);
    if (isObject(given.parameters) && given.parameters.binary_data_size !== undefined) {
      throw new RequestFault(
        400,
        "serve.binary-tensors",
        `inputs[${at}] has binary_data_size; binary tensor data is not supported, send data as JSON`,
      );
    }
    tensors[spec.name] = readTensor(given.shape, given.datatype, given.data, spec, maxRows);
  }
  const missing = specs.find(({ name }) => tensors[name] === undefined);
  if (missing !== undefined)
    throw new RequestFault(400, "serve.no-input", `input "${missing.name}" is missing; the model takes ${names(specs)}`);
  return tensors;
}

function readTensor(
  shape: JsonValue | undefined,
  datatype: JsonValue | undefined,
  data: JsonValue | undefined,
  spec: TensorSpec,
  maxRows: number,
): Tensor {
  const { oip, accepts, create, wants } = ELEMENTS[spec.type];
  const place = `input "${spec.name}"`;
  if (datatype !== oip)
    throw new RequestFault(400, "serve.datatype", `${place} has datatype ${seen(datatype)}; the model takes ${oip}`);
  const dims = readShape(shape, spec, place);
  if ((dims[0] ?? 1) > maxRows)
    throw new RequestFault(413, "serve.too-many-rows", `${place} has ${dims[0]} rows; at most ${maxRows} in one request`);
  if (!Array.isArray(data))
    throw new RequestFault(
      400,
      "serve.tensor",
      `${place} has data that is ${data === undefined ? "missing" : kindOf(data)}; send an array`,
    );
  const length = elementCount(dims);
  const flat = flatten(data, dims, place);
  if (flat.length !== length)
    throw new RequestFault(400, "serve.shape", `${place} has ${flat.length} values; shape [${dims.join(", ")}] holds ${length}`);
  const stored: TensorData = create(length);
  for (let at = 0; at < length; at++) {
    const value = flat[at];
    if (!accepts(value))
      throw new RequestFault(400, "serve.value", `${place} has ${seen(value)} at position ${at}; the model takes ${wants}`);
    store(stored, at, value);
  }
  return { type: spec.type, dims, data: stored };
}

function readShape(shape: JsonValue | undefined, spec: TensorSpec, place: string): number[] {
  const fits =
    Array.isArray(shape) &&
    shape.length === spec.shape.length &&
    shape.every((dim, at) => Number.isSafeInteger(dim) && Number(dim) > 0 && (spec.shape[at] === null || spec.shape[at] === dim));
  if (!fits)
    throw new RequestFault(
      400,
      "serve.shape",
      `${place} has shape ${seen(shape)}; the model takes [${spec.shape.map((dim) => dim ?? -1).join(", ")}]`,
    );
  return shape.map(Number);
}

/** Data comes flat or nested exactly as the shape says; anything between is refused. */
function flatten(data: readonly JsonValue[], dims: readonly number[], place: string): readonly JsonValue[] {
  if (!Array.isArray(data[0])) return data;
  let level: readonly JsonValue[] = data;
  for (let depth = 0; depth < dims.length; depth++) {
    if (depth > 0) {
      const next: JsonValue[] = [];
      for (const part of level) {
        if (!Array.isArray(part) || part.length !== dims[depth]) {
          throw new RequestFault(400, "serve.shape", `${place} has data nested otherwise than shape [${dims.join(", ")}]`);
        }
        for (const value of part) next.push(value);
      }
      level = next;
    } else if (level.length !== dims[0]) {
      throw new RequestFault(
        400,
        "serve.shape",
        `${place} has ${level.length} rows of data; shape [${dims.join(", ")}] says ${dims[0]}`,
      );
    }
  }
  return level;
}

function readOutputs(value: JsonValue | undefined, model: Model): readonly TensorSpec[] {
  const specs = model.evaluator.outputs;
  if (value === undefined) return specs;
  if (!Array.isArray(value) || value.length === 0)
    throw new RequestFault(400, "serve.outputs", `outputs is ${kindOf(value)}; send an array of {name} or leave it out`);
  return value.map((wanted, at) => {
    const name = isObject(wanted) ? wanted.name : undefined;
    const spec = specs.find((candidate) => candidate.name === name);
    if (spec === undefined)
      throw new RequestFault(
        400,
        "serve.unknown-output",
        `outputs[${at}].name is ${seen(name)}; the model gives ${names(specs)}`,
      );
    if (isObject(wanted) && isObject(wanted.parameters) && wanted.parameters.binary_data === true) {
      throw new RequestFault(
        400,
        "serve.binary-tensors",
        `outputs[${at}] asks for binary data, which is not supported; leave binary_data out`,
      );
    }
    return spec;
  });
}

function describe({ name, type, shape }: TensorSpec): { name: string; datatype: string; shape: number[] } {
  return { name, datatype: ELEMENTS[type].oip, shape: shape.map((dim) => dim ?? -1) };
}

function names(specs: readonly TensorSpec[]): string {
  return specs.map(({ name }) => `"${name}"`).join(", ");
}

function seen(value: JsonValue | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 60);
}
