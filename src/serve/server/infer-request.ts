import { isObject, type JsonValue } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import { kindOf } from "./json-body.ts";
import type { Model } from "./model.ts";
import { ELEMENTS, elementCount, store, type Tensor, type TensorData, type TensorSpec, type Tensors } from "./tensor.ts";

/** Every input of the model, by name, checked against what it takes; throws a 4xx that names the tensor and the value seen. */
export function readInputs(value: JsonValue | undefined, model: Model, maxRows: number): Tensors {
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

/** The outputs to answer with: those that were asked for, or all. */
export function readOutputs(value: JsonValue | undefined, model: Model): readonly TensorSpec[] {
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

function names(specs: readonly TensorSpec[]): string {
  return specs.map(({ name }) => `"${name}"`).join(", ");
}

function seen(value: JsonValue | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 60);
}
