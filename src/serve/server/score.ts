import type { JsonObject, JsonValue } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, json, type Reply } from "./call.ts";
import { readJsonObject } from "./json-body.ts";
import type { Model } from "./model.ts";
import { tensorJson, whenPrinted } from "./print.ts";
import { type RowLayout, readTable, rowLayout } from "./rows.ts";
import type { TensorSpec, Tensors } from "./tensor.ts";

/** Azure ML's scoring route: a table in, predictions out. */
export function createScore(model: Model, batcher: Batcher, maxRows: number): (call: Call) => Reply | Promise<Reply> {
  const layout = rowLayout(model);
  const keys = [...answerKeys(model.evaluator.outputs)].map(([name, key]) => ({ name, key: JSON.stringify(key) }));
  return (call) => {
    // Azure's server answers a preflight without CORS with an empty 200.
    if (call.method === "OPTIONS") return { status: 200, contentType: "text/plain; charset=utf-8", body: "" };
    const rows = tableOf(layout, model);
    const body = call.method === "GET" ? readQuery(call.query) : readJsonObject(call);
    const inputs = readTable(body, rows, maxRows);
    const started = performance.now();
    return runModel(call, batcher, inputs, (outputs) => {
      const given = keys.flatMap(({ name, key }) => {
        const tensor = outputs[name];
        return tensor === undefined ? [] : [{ key, print: () => tensorJson(tensor) }];
      });
      return whenPrinted(
        given.map(({ print }) => print),
        (texts) =>
          json(200, `{${given.map(({ key }, at) => `${key}:${texts[at]}`).join(",")}}`, {
            "x-ms-run-function-failed": "False",
            "x-ms-run-fn-exec-ms": (performance.now() - started).toFixed(3),
          }),
      );
    });
  };
}

/** The layout of rows, or the refusal of a model that does not take rows of one table. */
export function tableOf(layout: RowLayout | undefined, { name }: Model): RowLayout {
  if (layout !== undefined) return layout;
  throw new RequestFault(
    400,
    "serve.not-a-table",
    `model "${name}" does not take rows of one table; send named tensors to /v2/models/${name}/infer`,
  );
}

/**
 * Runs the model and makes the answer of its outputs, in the same turn if the engine can. What the model cannot compute is its
 * own failure, as an exception of a scoring script would be.
 */
export function runModel(
  call: Call,
  batcher: Batcher,
  inputs: Tensors,
  reply: (outputs: Tensors) => Reply | Promise<Reply>,
): Reply | Promise<Reply> {
  let outputs: Tensors | Promise<Tensors>;
  try {
    outputs = batcher.predict(inputs);
  } catch (cause) {
    throw modelFailed(cause);
  }
  const answered = (results: Tensors): Reply | Promise<Reply> => {
    batcher.observe?.(call.ids, inputs, results);
    return reply(results);
  };
  if (!(outputs instanceof Promise)) return answered(outputs);
  return outputs.then(answered, (cause: unknown) => {
    throw modelFailed(cause);
  });
}

function modelFailed(cause: unknown): RequestFault {
  if (cause instanceof RequestFault) return cause;
  const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, " ").slice(0, 200);
  return new RequestFault(500, "serve.model-failed", `the model could not compute this request (${reason})`, {
    "x-ms-run-function-failed": "True",
  });
}

/**
 * The keys of the answer, one for each output. A model with one output answers `predictions`; a classifier (a label for each
 * row, then numbers for each row and class) answers `predictions` and `probabilities`; any other model its outputs' own names.
 */
export function answerKeys(outputs: readonly TensorSpec[]): ReadonlyMap<string, string> {
  const [first, second] = outputs;
  if (first !== undefined && outputs.length === 1) return new Map([[first.name, "predictions"]]);
  if (
    first !== undefined &&
    second !== undefined &&
    outputs.length === 2 &&
    first.shape.length === 1 &&
    second.shape.length === 2
  ) {
    return new Map([
      [first.name, "predictions"],
      [second.name, "probabilities"],
    ]);
  }
  return new Map(outputs.map(({ name }) => [name, name]));
}

/** Azure's rule for GET: every value is JSON, and a repeated key is a list. */
function readQuery(query: string): JsonObject {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((key) => {
      const [first = null, ...more] = parameters.getAll(key).map((value) => readQueryValue(key, value));
      return [key, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

function readQueryValue(key: string, value: string): JsonValue {
  try {
    return JSON.parse(value);
  } catch {
    throw new RequestFault(400, "serve.not-json", `query parameter ${key.slice(0, 60)} is not JSON`);
  }
}
