import { ModelFault } from "../fault.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Model } from "./model.ts";
import { ELEMENTS, elementCount, type TensorSpec, type Tensors } from "./tensor.ts";

/** One row of zeros (or empty texts) through the model: what can fail on every request fails here, before anybody asks. */
export async function warmUp({ evaluator, name }: Model): Promise<void> {
  try {
    await evaluator.run(zeroRow(evaluator));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelFault(
      "serve.warm-up-failed",
      `model "${name}" does not compute a row of zeros (${reason.replaceAll(/\s+/g, " ").slice(0, 200)})`,
      cause,
    );
  }
}

export function zeroRow({ inputs }: Evaluator): Tensors {
  return Object.fromEntries(inputs.map((spec) => [spec.name, zeros(spec)]));
}

function zeros({ type, shape }: TensorSpec) {
  const dims = shape.map((dim) => dim ?? 1);
  return { type, dims, data: ELEMENTS[type].create(elementCount(dims)) };
}
