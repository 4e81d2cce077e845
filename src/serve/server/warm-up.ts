import { ModelFault } from "../fault.ts";
import type { Model } from "./model.ts";
import { ELEMENTS, elementCount, type TensorSpec } from "./tensor.ts";

/** One row of zeros (or empty texts) through the model: what can fail on every request fails here, before anybody asks. */
export async function warmUp({ evaluator, name }: Model): Promise<void> {
  try {
    await evaluator.run(Object.fromEntries(evaluator.inputs.map((spec) => [spec.name, zeros(spec)])));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelFault(
      "serve.warm-up-failed",
      `model "${name}" does not compute a row of zeros (${reason.replaceAll(/\s+/g, " ").slice(0, 200)})`,
      cause,
    );
  }
}

function zeros({ type, shape }: TensorSpec) {
  const dims = shape.map((dim) => dim ?? 1);
  return { type, dims, data: ELEMENTS[type].create(elementCount(dims)) };
}
