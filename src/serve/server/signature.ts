import { isObject, type JsonValue, parseJson } from "../../base/index.ts";
import { ModelFault } from "../fault.ts";
import type { TensorSpec } from "./tensor.ts";

/**
 * Reads `signature.json`, which training leaves beside the model for callers: `{ inputs: [{ name, columns? }] }` and more.
 * Gives the names of the input's columns. Checked by hand: a schema library would double the time to start.
 */
export function readSignature(file: string, text: string, input: TensorSpec | undefined): readonly string[] | undefined {
  const fault = (reason: string) => new ModelFault("serve.signature-invalid", `${file} ${reason}`);
  const signature = parseJson(text);
  if (!isObject(signature) || !Array.isArray(signature.inputs)) throw fault("is not a signature: it has no array of inputs");
  const entry = signature.inputs.find((candidate) => isObject(candidate) && candidate.name === input?.name);
  const columns = isObject(entry) ? entry.columns : undefined;
  if (columns === undefined) return undefined;
  if (!isNames(columns)) throw fault(`is not a signature: columns of input "${input?.name}" are not different names`);
  const width = input?.shape[1];
  if (typeof width === "number" && columns.length !== width)
    throw fault(`names ${columns.length} columns; the model takes ${width}`);
  return columns;
}

function isNames(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string") && new Set(value).size === value.length;
}
