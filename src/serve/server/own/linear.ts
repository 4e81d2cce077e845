import { float, floatConstant, floatRows, floats, integer, type Kernel, matrix, Unsupported, word } from "./kernel.ts";
import { argMax, readLabels } from "./labels.ts";
import { logistic, postTransform } from "./post-transform.ts";

/** Weights by output, so that a row's sum walks memory in order. */
interface Affine {
  /** `outputs` x `width`, row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly width: number;
  readonly outputs: number;
}

/** Rows times weights plus bias. Sums are kept in 64 bits and rounded once: closer to the exact result than 32-bit sums in any order. */
function affine({ weights, bias, width, outputs }: Affine, x: Float32Array, rows: number): Float32Array {
  const scores = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const from = row * width;
    for (let out = 0; out < outputs; out++) {
      const start = out * width;
      let sum = bias[out] ?? 0;
      for (let at = 0; at < width; at++) sum += (x[from + at] ?? 0) * (weights[start + at] ?? 0);
      scores[row * outputs + out] = sum;
    }
  }
  return scores;
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column] ?? 0;
  return turned;
}

export const linearClassifier: Kernel = (context) => {
  const { node } = context;
  const { width } = floatRows(context, 0);
  const labels = readLabels(node);
  const weights = floats(node, "coefficients");
  const bias = floats(node, "intercepts");
  const model: Affine = { weights, bias, width, outputs: bias.length };
  if (bias.length === 0 || weights.length !== width * bias.length)
    throw new Unsupported(
      `LinearClassifier with ${weights.length} coefficients and ${bias.length} intercepts for ${width} columns`,
    );
  const name = word(node, "post_transform", "NONE");
  if (bias.length === 1) return binary(model, labels, name);
  if (labels.count !== bias.length) throw new Unsupported("LinearClassifier with labels for other classes than it scores");
  const transform = postTransform(name);
  return {
    outputs: [labels.column, matrix(bias.length)],
    cost: weights.length + 30 * bias.length,
    run: ([x], rows) => {
      const scores = affine(model, x as Float32Array, rows);
      const classes = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        classes[row] = argMax(scores, row * bias.length, bias.length);
        transform(scores, row * bias.length, bias.length);
      }
      return [labels.take(classes), scores];
    },
  };
};

/** One score decides between two classes; ONNX Runtime adds the first class's share, under each transform in its own way. */
function binary(model: Affine, labels: ReturnType<typeof readLabels>, name: string): ReturnType<Kernel> {
  if (labels.count !== 2 || (name !== "LOGISTIC" && name !== "NONE"))
    throw new Unsupported(`LinearClassifier with one score, ${labels.count} labels and post_transform ${name}`);
  return {
    outputs: [labels.column, matrix(2)],
    cost: model.width + 40,
    run: ([x], rows) => {
      const scores = affine(model, x as Float32Array, rows);
      const both = new Float32Array(rows * 2);
      const classes = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        const score = scores[row] ?? 0;
        classes[row] = score > 0 ? 1 : 0;
        both[row * 2] = name === "LOGISTIC" ? logistic(-score) : 1 - score;
        both[row * 2 + 1] = name === "LOGISTIC" ? logistic(score) : score;
      }
      return [labels.take(classes), both];
    },
  };
}

export const linearRegressor: Kernel = (context) => {
  const { node } = context;
  const { width } = floatRows(context, 0);
  const outputs = integer(node, "targets", 1);
  const weights = floats(node, "coefficients");
  const given = floats(node, "intercepts");
  const bias = given.length === 0 ? new Float32Array(outputs) : given;
  if (weights.length !== width * outputs || bias.length !== outputs)
    throw new Unsupported(`LinearRegressor with ${weights.length} coefficients for ${width} columns and ${outputs} targets`);
  const name = word(node, "post_transform", "NONE");
  if (name !== "NONE") throw new Unsupported(`LinearRegressor with post_transform ${name}`);
  const model: Affine = { weights, bias, width, outputs };
  return { outputs: [matrix(outputs)], cost: weights.length, run: ([x], rows) => [affine(model, x as Float32Array, rows)] };
};

export const matMul: Kernel = (context) => {
  const { width, rank } = floatRows(context, 0);
  const { dims, values } = floatConstant(context, 1);
  if (rank !== 2 || dims[0] !== width || dims.length > 2)
    throw new Unsupported(`MatMul of ${width} columns by [${dims.join(", ")}]`);
  const outputs = dims[1] ?? 1;
  const model: Affine = { weights: transpose(values, width, outputs), bias: new Float32Array(outputs), width, outputs };
  return {
    outputs: [dims.length === 1 ? { type: "float32", rank: 1, width: 1 } : matrix(outputs)],
    cost: values.length,
    run: ([x], rows) => [affine(model, x as Float32Array, rows)],
  };
};

export const gemm: Kernel = (context) => {
  const { node } = context;
  const { width, rank } = floatRows(context, 0);
  const { dims, values } = floatConstant(context, 1);
  const turned = integer(node, "transB", 0) === 1;
  const [inner, outputs] = turned ? [dims[1], dims[0]] : dims;
  if (rank !== 2 || integer(node, "transA", 0) === 1 || dims.length !== 2 || inner !== width || outputs === undefined)
    throw new Unsupported(`Gemm of ${width} columns by [${dims.join(", ")}]`);
  const alpha = float(node, "alpha", 1);
  const beta = float(node, "beta", 1);
  const bias = new Float32Array(outputs);
  if (context.inputs.length > 2) {
    const added = floatConstant(context, 2);
    if (added.values.length !== 1 && (added.values.length !== outputs || (added.dims.at(-1) ?? 1) !== outputs))
      throw new Unsupported(`Gemm with C of shape [${added.dims.join(", ")}]`);
    for (let at = 0; at < outputs; at++) bias[at] = beta * (added.values[added.values.length === 1 ? 0 : at] ?? 0);
  }
  const weights = (turned ? values : transpose(values, width, outputs)).map((weight) => alpha * weight);
  const model: Affine = { weights, bias, width, outputs };
  return { outputs: [matrix(outputs)], cost: weights.length, run: ([x], rows) => [affine(model, x as Float32Array, rows)] };
};
