import { isObject } from "../../base/index.ts";

export interface WholeAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Bytes; larger answers are compared as they are, since parsing them would hold up live requests. */
const MOST_PARSED = 64 * 1024;

/**
 * Whether two versions told a caller the same. Their predictions count, not their probabilities, names and ids, which
 * differ between any two versions; what has no predictions is compared byte for byte.
 */
export function sameAnswer(a: WholeAnswer, b: WholeAnswer): boolean {
  if (a.status !== b.status) return false;
  if (a.body.equals(b.body)) return true;
  const told = toldIn(a.body);
  return told !== undefined && told === toldIn(b.body);
}

function toldIn(body: Buffer): string | undefined {
  if (body.length > MOST_PARSED) return undefined;
  try {
    const answer: unknown = JSON.parse(body.toString());
    if (!isObject(answer)) return undefined;
    if (answer.predictions !== undefined) return JSON.stringify(answer.predictions);
    return Array.isArray(answer.outputs) ? JSON.stringify(decisions(answer.outputs)) : undefined;
  } catch {
    return undefined; // binary tensors, or no JSON at all
  }
}

/** Open Inference Protocol: a classifier's labels are its outputs that are not floating-point; a regression has no others. */
function decisions(outputs: readonly unknown[]): unknown[] {
  const tensors = outputs.filter(isObject).map(({ name, datatype, data }) => ({ name, datatype, data }));
  const labels = tensors.filter(({ datatype }) => typeof datatype === "string" && !datatype.startsWith("FP"));
  return labels.length > 0 ? labels : tensors;
}
