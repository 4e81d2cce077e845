import { ModelFault } from "../fault.ts";
import type { Evaluator } from "./evaluator.ts";
import { ELEMENTS, type ElementType, type TensorSpec, type Tensors } from "./tensor.ts";

/** Loads ONNX Runtime only now: 46 MB that a process without an ONNX model need not map. */
export async function createOnnxEvaluator(model: Uint8Array, place: string): Promise<Evaluator> {
  const { InferenceSession, Tensor: OrtTensor } = await import("onnxruntime-node");
  const session = await InferenceSession.create(model, {
    // One session per process and one process per core: more threads would only compete (onnxruntime#13808).
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // Fatal only: the reason of a refused model arrives in the exception.
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    throw new ModelFault(
      "serve.model-not-onnx",
      `${place} is not an ONNX model that ONNX Runtime can load (${firstLine(cause)})`,
      cause,
    );
  });
  const inputs = session.inputMetadata.map((value) => spec("input", value));
  const outputs = session.outputMetadata.map((value) => spec("output", value));
  return {
    engine: "onnxruntime",
    inputs,
    outputs,
    async run(feeds) {
      const given: Record<string, InstanceType<typeof OrtTensor>> = {};
      for (const [name, { type, data, dims }] of Object.entries(feeds)) {
        // Type and data agree by construction (ELEMENTS); the constructor's overloads cannot express the pair.
        const tensor = new OrtTensor(type as "float32", data as Float32Array, dims);
        // Its constructor makes a Float16Array of the bits, which the library's native side (1.30) reads as empty.
        given[name] = type === "float16" ? Object.defineProperty(tensor, "data", { value: data }) : tensor;
      }
      const results = await session.run(given);
      const answer: Record<string, Tensors[string]> = {};
      for (const { name, type } of outputs) {
        const tensor = results[name];
        if (tensor !== undefined)
          answer[name] = { type, dims: tensor.dims, data: type === "float16" ? bitsOf(tensor.data) : tensor.data };
      }
      return answer;
    },
    close: () => session.release(),
  };
}

function bitsOf(halves: ArrayLike<unknown>): Uint16Array {
  const { buffer, byteOffset, length } = halves as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}

interface OrtValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

function spec(role: "input" | "output", value: OrtValueMetadata): TensorSpec {
  const { name, isTensor, type, shape } = value;
  if (!isTensor || type === undefined || shape === undefined) {
    throw new ModelFault(
      "serve.model-not-tensor",
      `${role} "${name}" is not a tensor but a sequence or map; only ZipMap's are turned into tables`,
    );
  }
  if (!Object.hasOwn(ELEMENTS, type)) {
    throw new ModelFault(
      "serve.model-type",
      `${role} "${name}" has element type ${type}; served are ${Object.keys(ELEMENTS).join(", ")}`,
    );
  }
  return { name, type: type as ElementType, shape: shape.map((dim) => (typeof dim === "number" ? dim : null)) };
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split("\n", 1)[0] ?? "").slice(0, 200);
}
