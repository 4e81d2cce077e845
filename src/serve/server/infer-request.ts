import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import { readBinary } from "./binary.ts";
import { kindOf } from "./json-body.ts";
import type { Model } from "./model.ts";
import { ELEMENTS, elementCount, store, type Tensor, type TensorData, type TensorSpec, type Tensors } from "./tensor.ts";

/** Every input of the model, by name, checked against what it takes; throws a 4xx that names the tensor and the value seen. */
export function readInputs(value: JsonValue | undefined, model: Model, maxRows: number, binary: Uint8Array): Tensors {
  if (!Array.isArray(value))
    throw new RequestFault(
      400,
      "serve.no-input",
      `inputs is ${value === undefined ? "missing" : kindOf(value)}; send an array of tensors`,
    );
  const specs = model.evaluator.inputs;
  const tensors: Record<string, Tensor> = {};
  let used = 0;
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
    const parameters = isObject(given.parameters) ? given.parameters : {};
    refuseParameters(parameters, `inputs[${at}]`, ["shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"]);
    const size = parameters.binary_data_size;
    if (size === undefined) {
      tensors[spec.name] = readTensor(given.shape, given.datatype, given.data, spec, maxRows);
      continue;
    }
    if (
      typeof size !== "number" ||
      !Number.isSafeInteger(size) ||
      size < 0 ||
      used + size > binary.length ||
      given.data !== undefined
    ) {
      throw new RequestFault(
        400,
        "serve.binary-size",
        `inputs[${at}] has binary_data_size ${seen(size)}${given.data === undefined ? "" : " and data"}; ${binary.length - used} bytes follow`,
      );
    }
    const dims = readHead(given.shape, given.datatype, spec, maxRows);
    tensors[spec.name] = readBinary(binary.subarray(used, used + size), dims, spec);
    used += size;
  }
  if (used !== binary.length) {
    throw new RequestFault(400, "serve.binary-size", `${binary.length - used} bytes after the JSON belong to no input`);
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
  const { accepts, create, wants } = ELEMENTS[spec.type];
  const place = `input "${spec.name}"`;
  const dims = readHead(shape, datatype, spec, maxRows);
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
    store(stored, at, value, spec.type);
  }
  return { type: spec.type, dims, data: stored };
}

/** The shape of a given tensor, when it and the datatype fit the model. */
function readHead(shape: JsonValue | undefined, datatype: JsonValue | undefined, spec: TensorSpec, maxRows: number): number[] {
  const { oip } = ELEMENTS[spec.type];
  const place = `input "${spec.name}"`;
  if (datatype !== oip)
    throw new RequestFault(400, "serve.datatype", `${place} has datatype ${seen(datatype)}; the model takes ${oip}`);
  const dims = readShape(shape, spec, place);
  if ((dims[0] ?? 1) > maxRows)
    throw new RequestFault(413, "serve.too-many-rows", `${place} has ${dims[0]} rows; at most ${maxRows} in one request`);
  return dims;
}

/** What would be ignored otherwise: extensions of other servers that this one does not have. */
function refuseParameters(parameters: JsonObject, place: string, unknown: readonly string[]): void {
  const found = unknown.find((name) => parameters[name] !== undefined);
  if (found !== undefined)
    throw new RequestFault(400, "serve.parameter", `${place} has parameter ${found}, which is not supported; leave it out`);
}

/** A request that is nothing but the bytes of the model's only input; the rows follow from their number. */
export function readRaw(model: Model, maxRows: number, bytes: Uint8Array): Tensors {
  const [spec, ...more] = model.evaluator.inputs;
  const { size } = ELEMENTS[spec?.type ?? "string"];
  const free = spec?.shape.filter((dim) => dim === null).length ?? 0;
  if (spec === undefined || more.length > 0 || size === undefined || free > 1) {
    throw new RequestFault(
      400,
      "serve.binary-tensors",
      "a raw request needs a model with one input of numbers and one free dimension; send inference-header-content-length",
    );
  }
  const step = spec.shape.reduce<number>((count, dim) => count * (dim ?? 1), size);
  const dims = spec.shape.map((dim) => dim ?? Math.max(1, Math.floor(bytes.length / step)));
  if ((dims[0] ?? 1) > maxRows)
    throw new RequestFault(413, "serve.too-many-rows", `the body has ${dims[0]} rows; at most ${maxRows} in one request`);
  return { [spec.name]: readBinary(bytes, dims, spec) };
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

export interface WantedOutput {
  readonly spec: TensorSpec;
  readonly binary: boolean;
}

/** The outputs to answer with: those that were asked for, or all; `binary` where an output does not say. */
export function readOutputs(value: JsonValue | undefined, model: Model, binary: boolean): readonly WantedOutput[] {
  const specs = model.evaluator.outputs;
  if (value === undefined) return specs.map((spec) => ({ spec, binary }));
  if (!Array.isArray(value) || value.length === 0)
    throw new RequestFault(400, "serve.outputs", `outputs is ${kindOf(value)}; send an array of {name} or leave it out`);
  const asked = new Set<string>();
  return value.map((wanted, at) => {
    const name = isObject(wanted) ? wanted.name : undefined;
    const spec = specs.find((candidate) => candidate.name === name);
    if (spec === undefined)
      throw new RequestFault(
        400,
        "serve.unknown-output",
        `outputs[${at}].name is ${seen(name)}; the model gives ${names(specs)}`,
      );
    // Small requests must not ask for answers without end.
    if (asked.has(spec.name)) throw new RequestFault(400, "serve.outputs", `output "${spec.name}" is asked for twice`);
    asked.add(spec.name);
    const parameters = isObject(wanted) && isObject(wanted.parameters) ? wanted.parameters : {};
    refuseParameters(parameters, `outputs[${at}]`, ["classification", "shared_memory_region"]);
    const own = parameters.binary_data;
    if (own !== undefined && typeof own !== "boolean")
      throw new RequestFault(400, "serve.outputs", `outputs[${at}].parameters.binary_data is ${kindOf(own)}; send true or false`);
    return { spec, binary: own ?? binary };
  });
}

function names(specs: readonly TensorSpec[]): string {
  return specs.map(({ name }) => `"${name}"`).join(", ");
}

/** More would be cut off anyway. */
const MOST_SHOWN = 60;

/** What the caller wrote, as far as it is flat: to print what is nested without end would be the end of the stack. */
function seen(value: JsonValue | undefined): string {
  if (value === undefined) return "missing";
  const parts = Array.isArray(value) ? value.slice(0, MOST_SHOWN) : value;
  const isFlat = Array.isArray(parts) ? parts.every((part) => !isNested(part)) : !isNested(parts);
  return isFlat ? JSON.stringify(parts).slice(0, MOST_SHOWN) : kindOf(value);
}

const isNested = (value: JsonValue) => typeof value === "object" && value !== null;
