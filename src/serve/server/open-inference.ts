import { isObject } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, json, type Reply } from "./call.ts";
import { readInputs, readOutputs } from "./infer-request.ts";
import { kindOf, readJsonObject } from "./json-body.ts";
import type { Model } from "./model.ts";
import { flatJson } from "./numbers.ts";
import { runModel } from "./score.ts";
import { ELEMENTS, type TensorSpec } from "./tensor.ts";

/** Open Inference Protocol v2, REST with JSON tensors (kserve/open-inference-protocol). */
export interface OpenInference {
  /** `parts` are the path's segments below `/v2/models`. */
  handle(call: Call, parts: readonly string[]): Reply | Promise<Reply>;
}

/** `{format}_{engine}`; the first is the name that other servers give to ONNX Runtime. */
const PLATFORMS: Readonly<Record<string, string>> = { onnxruntime: "onnx_onnxv1", own: "onnx_quayside" };

export function createOpenInference(model: Model, batcher: Batcher, maxRows: number): OpenInference {
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

function describe({ name, type, shape }: TensorSpec): { name: string; datatype: string; shape: number[] } {
  return { name, datatype: ELEMENTS[type].oip, shape: shape.map((dim) => dim ?? -1) };
}
