import { Unsupported } from "./kernel.ts";

/** How `ai.onnx.ml` turns the scores of a row into what it answers, in place, over `width` values from `at`. */
export type PostTransform = (scores: Float32Array, at: number, width: number) => void;

const TRANSFORMS: Readonly<Record<string, PostTransform>> = {
  NONE: () => {},
  LOGISTIC: (scores, at, width) => {
    for (let index = at; index < at + width; index++) scores[index] = logistic(scores[index] ?? 0);
  },
  SOFTMAX: softmax,
  // Scores that are zero stay so: exp(0) would give classes without any vote a share.
  SOFTMAX_ZERO: (scores, at, width) => {
    const max = largest(scores, at, width);
    const unvoted = Math.fround(Math.exp(-max));
    let sum = 0;
    for (let index = at; index < at + width; index++) {
      const score = scores[index] ?? 0;
      if (Math.abs(score) > 1e-7) sum += scores[index] = Math.fround(Math.exp(Math.fround(score - max)));
      else scores[index] = score * unvoted;
    }
    for (let index = at; index < at + width; index++) scores[index] = (scores[index] ?? 0) / sum;
  },
};

export function postTransform(name: string): PostTransform {
  const found = Object.hasOwn(TRANSFORMS, name) ? TRANSFORMS[name] : undefined;
  if (found === undefined) throw new Unsupported(`post_transform ${name}`);
  return found;
}

/** Never overflows: the exponent is not positive. */
export function logistic(value: number): number {
  const share = 1 / (1 + Math.exp(-Math.abs(value)));
  return value < 0 ? 1 - share : share;
}

export function softmax(scores: Float32Array, at: number, width: number): void {
  const max = largest(scores, at, width);
  let sum = 0;
  for (let index = at; index < at + width; index++) {
    const share = Math.exp((scores[index] ?? 0) - max);
    scores[index] = share;
    sum += share;
  }
  for (let index = at; index < at + width; index++) scores[index] = (scores[index] ?? 0) / sum;
}

function largest(scores: Float32Array, at: number, width: number): number {
  let max = scores[at] ?? 0;
  for (let index = at + 1; index < at + width; index++) {
    const score = scores[index] ?? 0;
    if (score > max) max = score;
  }
  return max;
}
