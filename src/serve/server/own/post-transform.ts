import { Unsupported } from "./kernel.ts";
import type { Numbers } from "./trees.ts";

/** How `ai.onnx.ml` turns the scores of a row into what it answers, in place, over `width` values from `at`. */
export type PostTransform = (scores: Numbers, at: number, width: number) => void;

const TRANSFORMS: Readonly<Record<string, PostTransform>> = {
  NONE: () => {},
  LOGISTIC: (scores, at, width) => {
    for (let index = at; index < at + width; index++) scores[index] = logistic(scores[index] ?? 0);
  },
  PROBIT: (scores, at, width) => {
    for (let index = at; index < at + width; index++) scores[index] = probit(scores[index] ?? 0);
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

/**
 * The normal distribution's inverse by Winitzki's approximation (a = 0.147), as ONNX Runtime has it: in 32 bits step by step,
 * because near 0.5 two large numbers cancel and any other rounding is seen. NaN outside of 0 to 1.
 */
export function probit(share: number): number {
  const f = Math.fround;
  const x = f(f(2 * f(share)) - 1);
  const log = f(Math.log(f(f(1 - x) * f(1 + x))));
  const v = f(TWO_BY_PI_A + f(0.5 * log));
  const root = f(Math.sqrt(f(f(v * v) - f(ONE_BY_A * log))));
  return f(SQRT_2 * f((x < 0 ? -1 : 1) * f(Math.sqrt(f(-v + root)))));
}

const A = Math.fround(0.147);
const ONE_BY_A = Math.fround(1 / A);
const TWO_BY_PI_A = Math.fround(2 / Math.fround(Math.fround(Math.PI) * A));
const SQRT_2 = Math.fround(1.41421356);

export function softmax(scores: Numbers, at: number, width: number): void {
  const max = largest(scores, at, width);
  let sum = 0;
  for (let index = at; index < at + width; index++) {
    const share = Math.exp((scores[index] ?? 0) - max);
    scores[index] = share;
    sum += share;
  }
  for (let index = at; index < at + width; index++) scores[index] = (scores[index] ?? 0) / sum;
}

function largest(scores: Numbers, at: number, width: number): number {
  let max = scores[at] ?? 0;
  for (let index = at + 1; index < at + width; index++) {
    const score = scores[index] ?? 0;
    if (score > max) max = score;
  }
  return max;
}
